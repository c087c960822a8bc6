import type { Api, RequestInput } from '../../client/protocol/api';
import { apis } from '../../client/protocol/apis';
import type { SeededRandom } from '../harness/seeded-random';
import type { SeedRequest } from './request-seeds';

/** Groups that come and go: each is asked about by many. */
const GROUPS = 20;

function seed<A extends Api>(api: A, body: RequestInput<A>): SeedRequest {
  return { api, body };
}

/** A valid request of every API of groups. Members are ones that nobody has heard of. */
export function groupRequests(topic: string, random: SeededRandom): SeedRequest[] {
  const groupId = `group-${random.int(1, GROUPS)}`;
  const memberId = random.chance(0.3) ? '' : `member-${random.int(1, GROUPS)}`;
  const member = { groupId, memberId, generationId: random.int(-1, 2) };
  const protocols = [{ name: 'range', metadata: random.bytes(random.int(0, 20)) }];
  const partition = { partitionIndex: 0, committedOffset: random.int(0, 9) };
  const topics = [{ name: topic, partitions: [partition] }];
  const asked = [{ name: topic, partitionIndexes: [0, 1] }];
  return [
    seed(apis.FindCoordinator, { key: groupId, coordinatorKeys: [groupId, 'other'] }),
    // A session and a rebalance of the shortest: nobody waits for members that do not exist.
    seed(apis.JoinGroup, {
      groupId,
      memberId,
      protocolType: 'consumer',
      sessionTimeoutMs: 6000,
      rebalanceTimeoutMs: 10,
      protocols,
    }),
    seed(apis.SyncGroup, {
      ...member,
      assignments: [{ memberId, assignment: random.bytes(random.int(0, 20)) }],
    }),
    seed(apis.Heartbeat, member),
    seed(apis.LeaveGroup, { groupId, memberId, members: [{ memberId }] }),
    seed(apis.OffsetCommit, {
      groupId,
      memberId: '',
      generationIdOrMemberEpoch: -1,
      topics,
    }),
    seed(apis.OffsetFetch, {
      groupId,
      topics: asked,
      groups: [{ groupId, topics: asked }],
    }),
    seed(apis.OffsetDelete, { groupId, topics: [{ name: topic, partitions: [partition] }] }),
    seed(apis.DescribeGroups, { groups: [groupId] }),
    seed(apis.ListGroups, {}),
    seed(apis.DeleteGroups, { groupsNames: [groupId] }),
  ];
}
