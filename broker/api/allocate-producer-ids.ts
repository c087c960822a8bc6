import { AllocateProducerIds } from '../../client/protocol/messages/allocate-producer-ids';
import { controllerOnlyHandler, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';

/** The controller gives a broker a block of producer ids. */
export function allocateProducerIdsHandler(
  room: Pick<ControllerRoom, 'controller' | 'logger'>,
): ApiHandler<typeof AllocateProducerIds> {
  return controllerOnlyHandler(AllocateProducerIds, room, ({ errorCode }) => ({
    errorCode,
    producerIdStart: -1,
    producerIdLen: 0,
  }));
}
