import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { deleteGroupsHandler } from '../api/delete-groups';
import { describeGroupsHandler } from '../api/describe-groups';
import type { ApiHandlers } from '../api/dispatcher';
import { findCoordinatorHandler } from '../api/find-coordinator';
import { heartbeatHandler } from '../api/heartbeat';
import { joinGroupHandler } from '../api/join-group';
import { leaveGroupHandler } from '../api/leave-group';
import { listGroupsHandler } from '../api/list-groups';
import { offsetCommitHandler } from '../api/offset-commit';
import { offsetDeleteHandler } from '../api/offset-delete';
import { offsetFetchHandler } from '../api/offset-fetch';
import { syncGroupHandler } from '../api/sync-group';
import type { LiveConfigs } from '../config/live-configs';
import type { GroupCoordinator } from '../coordinator/group/group-coordinator';
import type { MetadataCache } from '../metadata/metadata-cache';

export type GroupApi =
  | 'FindCoordinator'
  | 'JoinGroup'
  | 'SyncGroup'
  | 'Heartbeat'
  | 'LeaveGroup'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'OffsetDelete'
  | 'DescribeGroups'
  | 'ListGroups'
  | 'DeleteGroups';

export interface GroupHandlerRooms {
  readonly groups: GroupCoordinator;
  readonly metadata: MetadataCache;
  readonly configs: LiveConfigs;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What consumers and their like ask of the coordinator of their group. */
export function groupHandlers(rooms: GroupHandlerRooms): Pick<ApiHandlers, GroupApi> {
  const { configs } = rooms;
  return {
    FindCoordinator: findCoordinatorHandler(rooms),
    JoinGroup: joinGroupHandler(rooms),
    SyncGroup: syncGroupHandler(rooms),
    Heartbeat: heartbeatHandler(rooms),
    LeaveGroup: leaveGroupHandler(rooms),
    OffsetCommit: offsetCommitHandler({
      ...rooms,
      maxMetadataBytes: () => configs.broker.get('offset.metadata.max.bytes'),
    }),
    OffsetFetch: offsetFetchHandler(rooms),
    OffsetDelete: offsetDeleteHandler(rooms),
    DescribeGroups: describeGroupsHandler(rooms),
    ListGroups: listGroupsHandler(rooms),
    DeleteGroups: deleteGroupsHandler(rooms),
  };
}
