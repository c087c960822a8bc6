import type { Admin as NativeAdmin } from '../admin';
import type { MemberShare, PartitionAssignor, SubscribedMember } from '../consumer';
import type { TopicMetadata } from '../network';
import { AssignerProtocol } from './assigner-protocol';
import type { Cluster, PartitionAssigner } from './assigner-types';
import type { Logger } from './logger';
import { partitionMetadata } from './native-message';

interface AssignorParts {
  readonly groupId: string;
  readonly logger: Logger;
  /** For what assigners ask about the cluster. */
  readonly admin: Pick<NativeAdmin, 'describeTopics'>;
}

/** A KafkaJS assigner as the client beneath wants it. */
export function nativeAssignor(
  createAssigner: PartitionAssigner,
  { groupId, logger, admin }: AssignorParts,
): PartitionAssignor {
  const cluster = new AssignerCluster();
  const assigner = createAssigner({ cluster, groupId, logger });
  return {
    name: assigner.name,
    subscriptionUserData: (topics) => {
      const { metadata } = assigner.protocol({ topics: [...topics] });
      return AssignerProtocol.MemberMetadata.decode(metadata)?.userData ?? null;
    },
    assign: async (partitions, members) => {
      const topics = [...partitions.keys()];
      cluster.learn(await admin.describeTopics(topics));
      const shares = await assigner.assign({
        topics,
        members: members.map((member) => groupMember(member, assigner.version)),
      });
      return new Map(
        shares.map(({ memberId, memberAssignment }) => [memberId, shareOf(memberAssignment)]),
      );
    },
  };
}

function groupMember({ memberId, topics, userData }: SubscribedMember, version: number) {
  const memberMetadata = AssignerProtocol.MemberMetadata.encode({
    version,
    topics: [...topics],
    userData: userData ?? Buffer.alloc(0),
  });
  return { memberId, memberMetadata };
}

function shareOf(bytes: Buffer): MemberShare {
  const decoded = AssignerProtocol.MemberAssignment.decode(bytes);
  return {
    partitions: Object.entries(decoded?.assignment ?? {}).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
    userData: decoded?.userData ?? null,
  };
}

/** The topics of the group as they were before the last assignment. */
class AssignerCluster implements Cluster {
  private topics: readonly TopicMetadata[] = [];

  learn(topics: readonly TopicMetadata[]): void {
    this.topics = topics;
  }

  getNodeIds(): number[] {
    const replicas = this.topics.flatMap(({ partitions }) =>
      partitions.flatMap((partition) => partition.replicas),
    );
    return [...new Set(replicas)].sort((a, b) => a - b);
  }

  findTopicPartitionMetadata(topic: string) {
    const known = this.topics.find(({ name }) => name === topic);
    return known?.partitions.map(partitionMetadata) ?? [];
  }

  findLeaderForPartitions(topic: string, partitions: number[]): { [leader: string]: number[] } {
    const leaders: { [leader: string]: number[] } = {};
    for (const { partitionId, leader } of this.findTopicPartitionMetadata(topic)) {
      if (leader >= 0 && partitions.includes(partitionId))
        (leaders[leader] ??= []).push(partitionId);
    }
    return leaders;
  }
}
