import { answeringBrokers, statedPartitionsOf, type StatedPartition } from './look-up';
import type { MetadataPartitionView, Snapshot } from './snapshot';

export interface MetadataPair {
  readonly broker: number;
  readonly partition: StatedPartition;
  /** What the broker tells clients of it. */
  readonly told: MetadataPartitionView;
}

/** Each partition in ZooKeeper beside what each broker tells of it, as far as it does. */
export function* metadataPairs(snapshot: Snapshot): Generator<MetadataPair> {
  for (const { id: broker, answers } of answeringBrokers(snapshot)) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const told = answers.topics.get(partition.topic)?.partitions.get(partition.partition);
      if (told) yield { broker, partition, told };
    }
  }
}
