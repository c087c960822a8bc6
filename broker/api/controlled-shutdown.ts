import { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { controllerOnlyHandler, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';

/** The controller takes the leadership of partitions away from a broker that is about to stop. */
export function controlledShutdownHandler(
  room: Pick<ControllerRoom, 'controller' | 'logger'>,
): ApiHandler<typeof ControlledShutdown> {
  return controllerOnlyHandler(ControlledShutdown, room, ({ errorCode }) => ({
    errorCode,
    remainingPartitions: [],
  }));
}
