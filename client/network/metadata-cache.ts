import type { apis } from '../protocol/apis';
import type { ResponseOf } from '../protocol/api';
import type { TimerHandle } from '../runtime/clock';
import { describeError } from '../runtime/error';
import type { ResolvedClientOptions } from './client-options';
import { ClusterMetadata } from './cluster-metadata';
import { mergeMetadata } from './merge-metadata';

/** Asks any broker for the metadata of the given topics. */
export type AskMetadata = (
  topics: readonly string[],
  allowAutoTopicCreation: boolean,
) => Promise<ResponseOf<typeof apis.Metadata>>;

interface Refresh {
  readonly topics: ReadonlySet<string>;
  readonly allowAutoTopicCreation: boolean;
  readonly promise: Promise<ClusterMetadata>;
}

/**
 * What the client knows about its cluster, kept fresh: asked for again after `metadataMaxAge` and
 * whenever somebody found it stale. Only topics in use are asked for. One request at a time.
 */
export class MetadataCache {
  private current = ClusterMetadata.empty;
  private readonly lastUse = new Map<string, number>();
  private readonly listeners = new Set<(metadata: ClusterMetadata) => void>();
  private running: Refresh | undefined;
  private following: Promise<ClusterMetadata> | undefined;
  private followingCreates = false;
  private timer: TimerHandle | undefined;
  private closed = false;

  constructor(
    private readonly ask: AskMetadata,
    private readonly options: Pick<
      ResolvedClientOptions,
      'clock' | 'logger' | 'metadataMaxAge' | 'metadataMaxIdle'
    >,
  ) {}

  get snapshot(): ClusterMetadata {
    return this.current;
  }

  /** Marks topics as in use: they are asked for from now on. */
  use(topics: Iterable<string>): void {
    const now = this.options.clock.monotonic();
    for (const topic of topics) this.lastUse.set(topic, now);
  }

  /** Stops asking for topics that turned out not to exist. */
  forgetUnknown(topics: Iterable<string>): void {
    for (const topic of topics) if (!this.current.topics.has(topic)) this.lastUse.delete(topic);
  }

  /** @returns a function that takes the listener away */
  onChange(listener: (metadata: ClusterMetadata) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Asks for all topics in use. A call during a request that asks for the same shares its answer;
   * calls that need more share the one request that follows it.
   */
  refresh(allowAutoTopicCreation = false): Promise<ClusterMetadata> {
    const { running } = this;
    if (!running) return this.start(allowAutoTopicCreation);
    if (this.covers(running, allowAutoTopicCreation)) return running.promise;
    this.followingCreates ||= allowAutoTopicCreation;
    this.following ??= running.promise
      .catch(() => undefined)
      .then(() => {
        const creates = this.followingCreates;
        this.following = undefined;
        this.followingCreates = false;
        return this.start(creates);
      });
    return this.following;
  }

  close(): void {
    this.closed = true;
    this.options.clock.clearTimeout(this.timer);
    this.listeners.clear();
  }

  private covers(running: Refresh, allowAutoTopicCreation: boolean): boolean {
    if (allowAutoTopicCreation && !running.allowAutoTopicCreation) return false;
    for (const topic of this.lastUse.keys()) if (!running.topics.has(topic)) return false;
    return true;
  }

  private start(allowAutoTopicCreation: boolean): Promise<ClusterMetadata> {
    this.forgetIdle();
    const topics = new Set(this.lastUse.keys());
    const promise = this.ask([...topics], allowAutoTopicCreation).then(
      (response) => {
        this.ended();
        return this.learn(response);
      },
      (error: unknown) => {
        this.ended();
        throw error;
      },
    );
    this.running = { topics, allowAutoTopicCreation, promise };
    return promise;
  }

  /** Before anybody hears of the outcome: whoever refreshes upon hearing it asks anew. */
  private ended(): void {
    this.running = undefined;
    this.rearm();
  }

  private learn(response: ResponseOf<typeof apis.Metadata>): ClusterMetadata {
    const before = this.current;
    this.current = mergeMetadata(before, response, new Set(this.lastUse.keys()));
    const { clusterId } = this.current;
    if (before.clusterId !== null && clusterId !== before.clusterId) {
      this.options.logger.error(
        { event: 'cluster-id-changed', before: before.clusterId, now: clusterId },
        `The brokers belonged to cluster ${before.clusterId} and now answer for ${clusterId}: an address leads to another cluster.`,
      );
    }
    for (const listener of this.listeners) listener(this.current);
    return this.current;
  }

  private forgetIdle(): void {
    const { clock, metadataMaxIdle } = this.options;
    const oldest = clock.monotonic() - metadataMaxIdle;
    for (const [topic, used] of this.lastUse) if (used < oldest) this.lastUse.delete(topic);
  }

  private rearm(): void {
    const { clock, logger, metadataMaxAge } = this.options;
    clock.clearTimeout(this.timer);
    if (this.closed || metadataMaxAge === 0) return;
    this.timer = clock.setTimeout(() => {
      this.refresh().catch((error: unknown) =>
        logger.warn(
          { event: 'metadata-refresh-failed', err: error },
          `Metadata could not be refreshed: ${describeError(error)}`,
        ),
      );
    }, metadataMaxAge);
  }
}
