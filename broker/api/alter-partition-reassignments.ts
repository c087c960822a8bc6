import { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import { forwardedHandler, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';

/** Has the controller move partitions to other brokers; the moving itself goes on after this. */
export function alterPartitionReassignmentsHandler(
  room: ControllerRoom,
): ApiHandler<typeof AlterPartitionReassignments> {
  return forwardedHandler(AlterPartitionReassignments, room, (error) => ({
    ...error,
    responses: [],
  }));
}
