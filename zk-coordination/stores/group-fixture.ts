import { createHash } from 'node:crypto';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ClaimedGroup } from './claimed-group';
import { brokerEpoch } from './epochs';
import type {
  GroupContents,
  GroupMemberRecord,
  GroupOffsetChange,
  GroupRecord,
  PartitionOwners,
} from './group-record';
import { GroupStore } from './group-store';

/** For tests: a member whose assignment is so many bytes. */
export function memberRecord(memberId: string, assignmentBytes = 8): GroupMemberRecord {
  return {
    memberId,
    groupInstanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    protocols: [{ name: 'range', metadata: Buffer.from([0, 1, 255]) }],
    assignment: Buffer.alloc(assignmentBytes, memberId),
  };
}

/** For tests: a stable group, its members in the order of their ids. */
export function groupRecord(
  generation: number,
  members: readonly GroupMemberRecord[],
): GroupRecord & { members: GroupMemberRecord[] } {
  return {
    state: members.length === 0 ? 'Empty' : 'Stable',
    generation,
    protocolType: 'consumer',
    protocol: members.length === 0 ? null : 'range',
    leader: members[0]?.memberId ?? null,
    since: 1_000 + generation,
    members: [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1)),
  };
}

/** For tests: each member owns the partition of its place. */
export function ownersOf({ members }: GroupRecord, topic = 't'): PartitionOwners {
  return new Map([[topic, new Map(members.map(({ memberId }, at) => [at, memberId]))]]);
}

export function offsetChange(topic: string, partition: number, offset: number): GroupOffsetChange {
  const committed = {
    offset,
    leaderEpoch: 3,
    metadata: `at ${offset}`,
    commitTimestamp: 5_000,
    expireTimestamp: null,
  };
  return { topic, partition, committed };
}

/** For tests: in a form that is quickly compared. */
export function comparableGroup(group: GroupRecord | null) {
  const order = (a: GroupMemberRecord, b: GroupMemberRecord) => (a.memberId < b.memberId ? -1 : 1);
  const members = [...(group?.members ?? [])].sort(order).map((member) => ({
    ...member,
    assignment: createHash('sha1').update(member.assignment).digest('hex'),
  }));
  return group && { ...group, members };
}

/** For tests: in a form that is quickly compared. */
export function comparable({ group, offsets }: GroupContents) {
  return {
    group: comparableGroup(group),
    offsets: [...offsets].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, { offset }]) => `${topic}-${partition}@${offset}`),
    ),
  };
}

/** For tests. @throws Error when another broker has it */
export async function claimGroup(
  zk: ZooKeeperClient,
  groupId: string,
  brokerId = 1,
): Promise<ClaimedGroup> {
  const claimed = await new GroupStore(zk).claim(groupId, {
    brokerId,
    brokerEpoch: brokerEpoch(100n + BigInt(brokerId)),
  });
  if (claimed instanceof ClaimedGroup) return claimed;
  throw new Error(`Broker ${claimed.brokerId} has claimed ${groupId}.`);
}
