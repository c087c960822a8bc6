import { partitionName, type TopicPartition } from '../topic-partition';
import type { CleanableRange } from './cleanable-range';
import type { CompactionFigures, CompactionStatus, TopicCleaning } from './compaction-status';

/** What is counted of the cleaner, for metrics and DescribeLogDirs. Times in milliseconds. */
export class CleanerFigures implements CompactionFigures {
  readonly topics = new Map<string, TopicCleaning>();
  longestMs = 0;
  private readonly statuses = new Map<string, { topic: string; status: CompactionStatus }>();
  private lastRoundAt: number;

  /** @param now the monotonic clock */
  constructor(private readonly now: () => number) {
    this.lastRoundAt = now();
  }

  get sinceLastRoundMs(): number {
    return this.now() - this.lastRoundAt;
  }

  status(topicPartition: TopicPartition): CompactionStatus | undefined {
    return this.statuses.get(partitionName(topicPartition))?.status;
  }

  *maxDirtyRatios(): Iterable<readonly [topic: string, ratio: number]> {
    yield* this.byTopic(({ dirtyRatio }, max) => Math.max(dirtyRatio, max));
  }

  *uncleanablePartitions(): Iterable<readonly [topic: string, count: number]> {
    yield* this.byTopic(({ uncleanable }, count) => count + (uncleanable === undefined ? 0 : 1));
  }

  looked({ topic, ...rest }: TopicPartition, range: CleanableRange): void {
    const { firstDirtyOffset, dirtyRatio } = range;
    const status = { firstDirtyOffset, dirtyRatio, uncleanable: undefined };
    this.statuses.set(partitionName({ topic, ...rest }), { topic, status });
  }

  uncleanable(topicPartition: TopicPartition, why: string): void {
    const known = this.status(topicPartition) ?? { firstDirtyOffset: 0, dirtyRatio: 0 };
    const { topic } = topicPartition;
    const status = { ...known, uncleanable: why };
    this.statuses.set(partitionName(topicPartition), { topic, status });
  }

  cleaned({ topic }: TopicPartition, result: Omit<TopicCleaning, 'runs'>, ms: number): void {
    const sum = this.topics.get(topic);
    this.topics.set(topic, {
      runs: (sum?.runs ?? 0) + 1,
      bytesRead: (sum?.bytesRead ?? 0) + result.bytesRead,
      bytesWritten: (sum?.bytesWritten ?? 0) + result.bytesWritten,
    });
    this.longestMs = Math.max(this.longestMs, ms);
  }

  /** Forgets partitions that are not compacted here any more. */
  keepOnly(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionName));
    const topics = new Set(partitions.map(({ topic }) => topic));
    for (const name of this.statuses.keys()) if (!names.has(name)) this.statuses.delete(name);
    for (const topic of this.topics.keys()) if (!topics.has(topic)) this.topics.delete(topic);
  }

  roundDone(): void {
    this.lastRoundAt = this.now();
  }

  private byTopic(
    fold: (status: CompactionStatus, sum: number) => number,
  ): Iterable<readonly [topic: string, value: number]> {
    const sums = new Map<string, number>();
    for (const { topic, status } of this.statuses.values()) {
      sums.set(topic, fold(status, sums.get(topic) ?? 0));
    }
    return sums;
  }
}
