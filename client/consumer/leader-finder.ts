import { describeError } from '../runtime/error';
import { ClientClosedError, type BrokerNode, type Cluster } from '../network';
import type { TopicPartition } from './topic-partition';

/** Knows who leads the partitions of a consumer, and finds out anew when that has changed. */
export class LeaderFinder {
  private asking = false;
  private touchedAt = -Infinity;

  /** @param topics the topics that are being read */
  constructor(
    private readonly cluster: Cluster,
    private readonly topics: () => readonly string[],
  ) {}

  leaderOf({ topic, partition }: TopicPartition): BrokerNode | undefined {
    return this.cluster.snapshot.leaderOf(topic, partition);
  }

  /** Epoch of the leader, -1 when unknown. */
  epochOf({ topic, partition }: TopicPartition): number {
    return this.cluster.snapshot.partition(topic, partition)?.leaderEpoch ?? -1;
  }

  /** Asks for metadata again, unless that is under way. */
  refresh(): void {
    if (this.asking) return;
    this.asking = true;
    void this.ask().finally(() => (this.asking = false));
  }

  /** Topics that are only read must not be forgotten as unused. */
  keepInUse(): void {
    const { clock, metadataMaxIdle } = this.cluster.options;
    const now = clock.monotonic();
    if (now - this.touchedAt < metadataMaxIdle / 4) return;
    this.touchedAt = now;
    const known = this.topics().filter((topic) => this.cluster.snapshot.topics.has(topic));
    if (known.length > 0) void this.cluster.metadata(known).catch(() => undefined);
  }

  private async ask(): Promise<void> {
    const topics = this.topics();
    const { snapshot } = this.cluster;
    const areKnown = topics.every((topic) => snapshot.topics.has(topic));
    try {
      // Topics that are not known have been forgotten; asking for them by name brings them back.
      if (!areKnown) await this.cluster.metadata(topics);
      else await this.cluster.refreshMetadata();
    } catch (error) {
      if (error instanceof ClientClosedError) return;
      this.cluster.options.logger.warn(
        { event: 'metadata-refresh-failed', err: error },
        `The leaders of partitions could not be found: ${describeError(error)}`,
      );
    }
  }
}
