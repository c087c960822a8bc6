import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { controllerOnlyHandler, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';

/** The controller answers leaders that want another ISR. */
export function alterPartitionHandler(
  room: Pick<ControllerRoom, 'controller' | 'logger'>,
): ApiHandler<typeof AlterPartition> {
  return controllerOnlyHandler(AlterPartition, room, ({ errorCode }) => ({
    errorCode,
    topics: [],
  }));
}
