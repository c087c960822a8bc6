import type { OffsetToCommit, TopicPartition } from '../consumer';
import type { TopicOffsets } from './offset-types';

interface PartitionProgress extends TopicPartition {
  /** Where processing stands: the next offset. */
  resolved: number;
  /** What the group has, as far as this consumer has read or stored it. */
  committed: number;
}

/** What a consumer has finished and what of it is committed, by partition. */
export class OffsetProgress {
  private readonly partitions = new Map<string, PartitionProgress>();

  /** Processing begins, at this offset unless it has begun already. */
  begin(at: TopicPartition, offset: number): void {
    const name = nameOf(at);
    if (this.partitions.has(name)) return;
    const { topic, partition } = at;
    this.partitions.set(name, { topic, partition, resolved: offset, committed: offset });
  }

  /** Everything before this offset is finished. */
  resolve(at: TopicPartition, next: number): void {
    this.begin(at, next);
    const progress = this.partitions.get(nameOf(at));
    if (progress) progress.resolved = next;
  }

  /** Processing goes on elsewhere, and that is what the group shall remember. */
  seek(at: TopicPartition, offset: number): void {
    this.forget([at]);
    const { topic, partition } = at;
    this.partitions.set(nameOf(at), { topic, partition, resolved: offset, committed: -1 });
  }

  /** The next offset to process; undefined when the partition was not begun. */
  next(at: TopicPartition): number | undefined {
    return this.partitions.get(nameOf(at))?.resolved;
  }

  committed(offsets: readonly OffsetToCommit[]): void {
    for (const { offset, ...at } of offsets) {
      const progress = this.partitions.get(nameOf(at));
      if (progress) progress.committed = offset;
    }
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.partitions.delete(nameOf(at));
  }

  /** What is finished and not committed. @param only of these partitions; default all */
  uncommitted(only?: readonly TopicPartition[]): OffsetToCommit[] {
    const names = only && new Set(only.map(nameOf));
    return [...this.partitions]
      .filter(([name]) => names === undefined || names.has(name))
      .filter(([, { resolved, committed }]) => resolved !== committed)
      .map(([, { topic, partition, resolved }]) => ({ topic, partition, offset: resolved }));
  }

  /** Offsets that are finished and not committed. */
  get uncommittedCount(): number {
    let count = 0;
    for (const { resolved, committed } of this.partitions.values()) {
      count += Math.max(0, resolved - Math.max(0, committed));
    }
    return count;
  }
}

/** Offsets by topic, as texts. */
export function byTopic(offsets: readonly OffsetToCommit[]): TopicOffsets[] {
  const topics = new Map<string, TopicOffsets>();
  for (const { topic, partition, offset } of offsets) {
    const known = topics.get(topic) ?? { topic, partitions: [] };
    known.partitions.push({ partition, offset: String(offset) });
    topics.set(topic, known);
  }
  return [...topics.values()];
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
