import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import type { MembershipOptions } from './group-member';

type Strategy = MembershipOptions['strategy'];

/** Which of so many members gets a partition. */
const owners: Readonly<Record<Strategy, (at: number, of: number, members: number) => number>> = {
  range: (partition, partitions, members) => {
    const larger = partitions % members;
    const size = Math.floor(partitions / members);
    const end = larger * (size + 1);
    return partition < end
      ? Math.floor(partition / (size + 1))
      : larger + Math.floor((partition - end) / size);
  },
  roundrobin: (partition, _partitions, members) => partition % members,
};

/**
 * The members of a group must have a protocol in common, and KafkaJS has none of Kafka's names: this
 * is how an application of KafkaJS joins a group of other clients. For members that all read the
 * same single topic.
 */
export function kafkaJsAssigner(strategy: Strategy): PartitionAssigner {
  const { MemberMetadata, MemberAssignment } = AssignerProtocol;
  const userData = Buffer.alloc(0);
  return ({ cluster }) => ({
    name: strategy,
    version: 0,
    protocol: ({ topics }) => ({
      name: strategy,
      metadata: MemberMetadata.encode({ version: 0, topics, userData }),
    }),
    assign: ({ members, topics: [topic = ''] }) => {
      const others = members.filter(
        ({ memberMetadata }) => MemberMetadata.decode(memberMetadata)?.topics.join() !== topic,
      );
      if (others.length > 0) throw new Error('A member reads something else.');
      const partitions = cluster.findTopicPartitionMetadata(topic).map((one) => one.partitionId);
      const ordered = members.map(({ memberId }) => memberId).sort();
      const share = (index: number) =>
        partitions.filter(
          (one) => owners[strategy](one, partitions.length, ordered.length) === index,
        );
      return Promise.resolve(
        ordered.map((memberId, index) => {
          const assignment = { [topic]: share(index) };
          const encoded = MemberAssignment.encode({ version: 0, assignment, userData });
          return { memberId, memberAssignment: encoded };
        }),
      );
    },
  });
}
