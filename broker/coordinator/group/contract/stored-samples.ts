import { encodeAssignment } from '../../../../client/protocol/consumer-protocol';
import type { OffsetChange, StoredGroup, StoredMember } from '../stored-group';

export function sampleMember(memberId: string, partitions: readonly number[]): StoredMember {
  const topicPartitions = [{ topic: 'orders', partitions }];
  return {
    memberId,
    groupInstanceId: memberId.endsWith('s') ? `${memberId}-instance` : null,
    clientId: 'client/é',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 300_000,
    protocols: [
      { name: 'range', metadata: Buffer.from([0, 1, 254, 255]) },
      { name: 'roundrobin', metadata: Buffer.alloc(0) },
    ],
    assignment: encodeAssignment({ topicPartitions, userData: Buffer.from([255]) }),
  };
}

/** Each member has one partition. */
export function sampleGroup(generation: number, ...memberIds: string[]): StoredGroup {
  const isEmpty = memberIds.length === 0;
  return {
    state: isEmpty ? 'Empty' : 'Stable',
    generation,
    protocolType: 'consumer',
    protocol: isEmpty ? null : 'range',
    leader: memberIds[0] ?? null,
    since: 1_700_000_000_000 + generation,
    members: memberIds.map((memberId, at) => sampleMember(memberId, [at])),
  };
}

export function sampleOffset(topic: string, partition: number, offset: number): OffsetChange {
  // No client can send both: a time to expire is of OffsetCommit 2 to 4, the leader epoch of 6 on.
  const expires = offset % 2 !== 0;
  const committed = {
    offset,
    leaderEpoch: expires ? -1 : offset % 7,
    metadata: `é "${offset}"`,
    commitTimestamp: 1_700_000_000_000,
    expireTimestamp: expires ? 1_800_000_000_000 : null,
  };
  return { topic, partition, committed };
}
