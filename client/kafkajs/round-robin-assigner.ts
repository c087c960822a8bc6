import { AssignerProtocol } from './assigner-protocol';
import type { Assignment, GroupMember, PartitionAssigner } from './assigner-types';

const NAME = 'RoundRobinAssigner';
const VERSION = 0;

/** KafkaJS's default: partitions of all topics, one after the other, to members by their ids. */
const roundRobin: PartitionAssigner = ({ cluster }) => ({
  name: NAME,
  version: VERSION,
  assign: ({ members, topics }) => {
    const shares = shareOut(members, topics, (topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
    );
    return Promise.resolve(
      [...shares].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment,
          userData: Buffer.alloc(0),
        }),
      })),
    );
  },
  protocol: ({ topics }) => ({
    name: NAME,
    metadata: AssignerProtocol.MemberMetadata.encode({
      version: VERSION,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
});

export const PartitionAssigners: { roundRobin: PartitionAssigner } = { roundRobin };

function shareOut(
  members: readonly GroupMember[],
  topics: readonly string[],
  partitionsOf: (topic: string) => readonly number[],
): Map<string, Assignment> {
  const shares = new Map<string, Assignment>();
  const wishes = new Map<string, ReadonlySet<string>>();
  for (const { memberId, memberMetadata } of [...members].sort(byId)) {
    shares.set(memberId, {});
    const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata);
    wishes.set(memberId, new Set(metadata?.topics));
  }
  let turn = 0;
  for (const topic of topics) {
    const takers = [...shares].filter(([memberId]) => wishes.get(memberId)?.has(topic));
    if (takers.length === 0) continue;
    for (const partition of partitionsOf(topic)) {
      const [, share] = takers[turn++ % takers.length];
      (share[topic] ??= []).push(partition);
    }
  }
  return shares;
}

function byId(a: GroupMember, b: GroupMember): number {
  return a.memberId < b.memberId ? -1 : 1;
}
