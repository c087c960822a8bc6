import type { TopicMetadata } from '../network';
import { PartitionQueue } from './partition-queue';
import type { StickyPartition } from './sticky-partition';

/** What a producer knows and holds of one topic. */
export class TopicQueues {
  /** Undefined until known, and again when the topic went out of sight. */
  metadata: TopicMetadata | undefined;
  /** Partitions that have a leader; all when none has. */
  available: readonly number[] = [];
  /** Monotonic time at which the cluster was last told that the topic is in use. */
  usedAt = 0;
  private readonly queues: PartitionQueue[] = [];

  constructor(
    readonly name: string,
    readonly sticky: StickyPartition,
  ) {}

  get partitionCount(): number {
    return this.metadata?.partitions.length ?? 0;
  }

  learn(metadata: TopicMetadata | undefined): void {
    if (metadata === this.metadata) return;
    this.metadata = metadata;
    if (!metadata) return;
    const led = metadata.partitions.filter(({ leader }) => leader >= 0);
    this.available = (led.length > 0 ? led : metadata.partitions).map((info) => info.partition);
  }

  queue(partition: number): PartitionQueue {
    return (this.queues[partition] ??= new PartitionQueue(this.name, partition));
  }
}
