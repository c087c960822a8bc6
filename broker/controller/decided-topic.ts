import type { StoredPartitionState, StoredTopic } from '../../zk-coordination';
import type { TopicMetadata } from '../metadata/metadata-cache';
import type { LeaderAndIsr } from '../replication/replica-manager';

/** A topic as the controller holds it: what was asked for and what was decided. */
export interface ControlledTopic {
  stored: StoredTopic;
  readonly states: Map<number, StoredPartitionState>;
}

/** Partitions that have no state yet. */
export function undecidedPartitions({ stored, states }: ControlledTopic): number[] {
  return [...stored.partitions.keys()].filter((partition) => !states.has(partition));
}

/** What brokers and clients are told about the topic. */
export function metadataOf({ stored, states }: ControlledTopic): TopicMetadata {
  const partitions: TopicMetadata['partitions'][number][] = [];
  for (const [partition, { replicas }] of stored.partitions) {
    const state = states.get(partition);
    partitions[partition] = state && {
      leader: state.leader,
      leaderEpoch: state.leaderEpoch,
      isr: state.isr,
      replicas,
    };
  }
  return { name: stored.name, topicId: stored.topicId ?? '', partitions };
}

/** What a broker is told about its replicas of the given partitions. */
export function instructionsFor(
  brokerId: number,
  { stored, states }: ControlledTopic,
  partitions: readonly number[],
  areNew: ReadonlySet<number>,
): LeaderAndIsr[] {
  return partitions.flatMap((partition) => {
    const replicas = stored.partitions.get(partition)?.replicas ?? [];
    const state = states.get(partition);
    if (!state || !replicas.includes(brokerId)) return [];
    return [
      {
        topicPartition: { topic: stored.name, partition },
        topicId: stored.topicId ?? '',
        leader: state.leader,
        leaderEpoch: state.leaderEpoch,
        isr: state.isr,
        partitionEpoch: state.partitionEpoch,
        replicas,
        isNew: areNew.has(partition),
      },
    ];
  });
}
