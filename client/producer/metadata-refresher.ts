import type { Cluster } from '../network';
import { backoffMs, type BackoffOptions } from '../runtime/backoff';
import { delay } from '../runtime/clock';
import { describeError } from '../runtime/error';
import type { TopicQueues } from './topic-queues';

/** Asks for metadata when leaders are not known or wrong: at once, then less and less often. */
export class MetadataRefresher {
  private running = false;
  private attempts = 0;
  private failed: Error | undefined;

  /** @param onDone told after each attempt, whether it succeeded or not */
  constructor(
    private readonly cluster: Cluster,
    private readonly backoff: BackoffOptions,
    private readonly onDone: () => void,
  ) {}

  /** Why there is no newer metadata; undefined when the last question was answered. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /**
   * Asks soon; does nothing while it is about to ask.
   *
   * @param topics that are not known at all
   */
  request(topics: readonly string[] = []): void {
    if (this.running) return;
    this.running = true;
    void this.refresh(topics);
  }

  /** A topic is in use: the cluster goes on asking for it. */
  keep(topic: TopicQueues): void {
    const { clock, metadataMaxIdle } = this.cluster.options;
    const now = clock.monotonic();
    if (now - topic.usedAt < metadataMaxIdle / 2) return;
    topic.usedAt = now;
    this.use([topic.name]);
  }

  /** Nothing is missing at the moment: the next request is served at once. */
  satisfied(): void {
    if (!this.running) this.attempts = 0;
  }

  /** Asking for topics that are known costs no request and marks them as in use. */
  private use(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.cluster.metadata(topics, { timeoutMs: this.backoff.maxMs }).catch(() => undefined);
  }

  private async refresh(topics: readonly string[]): Promise<void> {
    const { clock, logger, random } = this.cluster.options;
    try {
      if (this.attempts > 0) await delay(backoffMs(this.backoff, this.attempts - 1, random), clock);
      this.attempts++;
      this.use(topics);
      await this.cluster.refreshMetadata();
      this.failed = undefined;
    } catch (error) {
      this.failed = error as Error;
      logger.debug(
        { event: 'metadata-refresh-failed', err: error },
        `Metadata could not be refreshed: ${describeError(error)}`,
      );
    } finally {
      this.running = false;
      this.onDone();
    }
  }
}
