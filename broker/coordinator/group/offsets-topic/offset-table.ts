import type { CommittedOffset, GroupOffsets, OffsetChange } from '../stored-group';

/** The committed offsets of many groups, in memory. */
export class OffsetTable {
  private readonly groups = new Map<string, Map<string, Map<number, CommittedOffset>>>();

  /** Groups that have any offsets. */
  get groupIds(): string[] {
    return [...this.groups.keys()];
  }

  /** A copy: what the group has at this moment. */
  of(groupId: string): GroupOffsets {
    const topics = this.groups.get(groupId) ?? new Map<string, Map<number, CommittedOffset>>();
    return new Map([...topics].map(([topic, partitions]) => [topic, new Map(partitions)]));
  }

  apply(groupId: string, { topic, partition, committed }: OffsetChange): void {
    let topics = this.groups.get(groupId);
    if (committed) {
      if (!topics) this.groups.set(groupId, (topics = new Map()));
      const partitions = topics.get(topic) ?? new Map<number, CommittedOffset>();
      topics.set(topic, partitions.set(partition, committed));
      return;
    }
    const partitions = topics?.get(topic);
    if (!topics || !partitions?.delete(partition)) return;
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.groups.delete(groupId);
  }
}
