import type { CommittedOffset, GroupOffsets, OffsetChange } from './stored-group';

/** The offsets of a group, as they are stored. */
export class CommittedOffsets {
  private readonly topics = new Map<string, Map<number, CommittedOffset>>();

  constructor(stored: GroupOffsets = new Map()) {
    for (const [topic, partitions] of stored) this.topics.set(topic, new Map(partitions));
  }

  get isEmpty(): boolean {
    return this.topics.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.topics.get(topic)?.get(partition);
  }

  get all(): GroupOffsets {
    return this.topics;
  }

  partitionsOf(topic: string): number[] {
    return [...(this.topics.get(topic)?.keys() ?? [])];
  }

  /** Takes over what has been stored. */
  apply(changes: readonly OffsetChange[]): void {
    for (const { topic, partition, committed } of changes) {
      const partitions = this.topics.get(topic);
      if (committed === null) {
        partitions?.delete(partition);
        if (partitions?.size === 0) this.topics.delete(topic);
      } else if (partitions) {
        partitions.set(partition, committed);
      } else {
        this.topics.set(topic, new Map([[partition, committed]]));
      }
    }
  }

  /** What forgets these partitions; all when a filter lets all pass. */
  removals(
    expired: (topic: string, partition: number, committed: CommittedOffset) => boolean,
  ): OffsetChange[] {
    const changes: OffsetChange[] = [];
    for (const [topic, partitions] of this.topics) {
      for (const [partition, committed] of partitions) {
        if (expired(topic, partition, committed))
          changes.push({ topic, partition, committed: null });
      }
    }
    return changes;
  }
}
