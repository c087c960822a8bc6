import { ListPartitionReassignments } from '../../client/protocol/messages/list-partition-reassignments';
import { forwardedHandler, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';

/** Asks the controller which partitions are being moved. */
export function listPartitionReassignmentsHandler(
  room: ControllerRoom,
): ApiHandler<typeof ListPartitionReassignments> {
  return forwardedHandler(ListPartitionReassignments, room, (error) => ({ ...error, topics: [] }));
}
