import type { TopicPartition } from '../consumer';

interface PausedTopic {
  /** Whether all partitions are meant, those that come later too. */
  all: boolean;
  readonly partitions: Set<number>;
}

type Selection = readonly { topic: string; partitions?: number[] }[];

/** What a program has paused, whether it is assigned at the moment or not. */
export class PausedPartitions {
  private readonly topics = new Map<string, PausedTopic>();

  pause(selection: Selection): void {
    for (const { topic, partitions } of selection) {
      const known = this.topics.get(topic) ?? { all: false, partitions: new Set() };
      this.topics.set(topic, known);
      if (partitions === undefined) known.all = true;
      partitions?.forEach((partition) => known.partitions.add(partition));
    }
  }

  /** @param assigned what a topic that is paused as a whole consists of */
  resume(selection: Selection, assigned: readonly TopicPartition[]): void {
    for (const { topic, partitions } of selection) {
      const known = this.topics.get(topic);
      if (!known) continue;
      if (partitions === undefined) {
        this.topics.delete(topic);
        continue;
      }
      if (known.all) {
        known.all = false;
        for (const at of assigned) if (at.topic === topic) known.partitions.add(at.partition);
      }
      partitions.forEach((partition) => known.partitions.delete(partition));
    }
  }

  has({ topic, partition }: TopicPartition): boolean {
    const known = this.topics.get(topic);
    return known !== undefined && (known.all || known.partitions.has(partition));
  }

  clear(): void {
    this.topics.clear();
  }
}
