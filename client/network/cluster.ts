import { apis } from '../protocol/apis';
import type { Api, RequestInput, ResponseOf } from '../protocol/api';
import { ProtocolError } from '../protocol/protocol-error';
import { describeError, type KafkaClassicError } from '../runtime/error';
import { BrokerPool } from './broker-pool';
import { ClientClosedError } from './client-closed-error';
import {
  resolveClientOptions,
  type ClientOptions,
  type ResolvedClientOptions,
} from './client-options';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata';
import type { Connection } from './connection';
import { MetadataCache } from './metadata-cache';
import { retrying } from './retry';
import type { ConnectionPurpose, ResponseCallback, SendOptions } from './send-options';

export interface MetadataRequestOptions {
  /** Milliseconds to wait until all topics are known. Default: the client's `apiTimeout`. */
  timeoutMs?: number;
  /** Whether the broker may create missing topics, if it is set to. Default false. */
  allowAutoTopicCreation?: boolean;
}

export interface ClusterSendOptions extends SendOptions {
  /** Default `data`. */
  purpose?: ConnectionPurpose;
}

export interface RetryCallOptions {
  /** Milliseconds for all attempts together. Default: the client's `apiTimeout`. */
  timeoutMs?: number;
}

/**
 * A client's view of its cluster: who leads what, and a connection to each broker. Producers,
 * consumers and admins are built on one of these.
 */
export class Cluster {
  readonly options: ResolvedClientOptions;
  private readonly pool: BrokerPool;
  private readonly cache: MetadataCache;
  private closed = false;

  /** @throws ClientOptionsError */
  constructor(options: ClientOptions) {
    this.options = resolveClientOptions(options);
    this.pool = new BrokerPool(this.options);
    this.cache = new MetadataCache(
      (topics, create) => this.askMetadata(topics, create),
      this.options,
    );
  }

  /** What is known at the moment; no I/O. */
  get snapshot(): ClusterMetadata {
    return this.cache.snapshot;
  }

  /** Reaches any broker and learns the others. Optional: every call does it when needed. */
  async connect(): Promise<void> {
    await this.metadata([]);
  }

  /**
   * Metadata that knows the given topics, from the cache when it does already; without topics,
   * brokers only. Topics asked for stay in use, that is refreshed, for `metadataMaxIdle`.
   *
   * @throws ProtocolError when a topic cannot be used (not authorized, illegal name);
   *   RetriesExhaustedError with the last reply when it does not appear in time
   */
  async metadata(
    topics: readonly string[] = [],
    options: MetadataRequestOptions = {},
  ): Promise<ClusterMetadata> {
    this.cache.use(topics);
    const known = (): boolean => topics.every((topic) => this.snapshot.topics.has(topic));
    return this.awaitMetadata(
      topics,
      topics.length === 0 ? 'Looking for the brokers' : `Looking for ${listed(topics)}`,
      () => (this.snapshot.brokers.size > 0 && known() ? this.snapshot : undefined),
      () => this.errorOf(topics) ?? new ProtocolError('LEADER_NOT_AVAILABLE'),
      options,
    );
  }

  /**
   * Asks again for everything in use; concurrent calls share one request.
   *
   * @throws NoBrokerReachableError, ConnectionError, RequestTimeoutError
   */
  refreshMetadata(): Promise<ClusterMetadata> {
    return this.cache.refresh();
  }

  /**
   * Asks once about topics, whether they exist or not; those that are in use come too. What is
   * wrong with a topic is in `errors` of the answer. Throws as {@link refreshMetadata} does.
   */
  lookAt(topics: readonly string[], allowAutoTopicCreation = false): Promise<ClusterMetadata> {
    this.assertOpen();
    this.cache.use(topics);
    return this.cache.refresh(allowAutoTopicCreation);
  }

  /** Topics that are read or watched must not be forgotten as unused. */
  keepInUse(topics: readonly string[]): void {
    this.cache.use(topics);
  }

  /**
   * Told after each refresh of the metadata.
   *
   * @returns a function that takes the listener away
   */
  onMetadata(listener: (metadata: ClusterMetadata) => void): () => void {
    return this.cache.onChange(listener);
  }

  /** Waits until a partition has a live leader. Throws as {@link metadata} does. */
  async leaderOf(
    topic: string,
    partition: number,
    options: MetadataRequestOptions = {},
  ): Promise<BrokerNode> {
    this.cache.use([topic]);
    return this.awaitMetadata(
      [topic],
      `Looking for the leader of ${topic}-${partition}`,
      () => this.snapshot.leaderOf(topic, partition),
      () => this.errorOf([topic]) ?? this.noLeader(topic, partition),
      options,
    );
  }

  /** An open connection, at once, or undefined: then ask {@link connection}. */
  readyConnection(nodeId: number, purpose: ConnectionPurpose = 'data'): Connection | undefined {
    const broker = this.snapshot.brokers.get(nodeId);
    return broker && this.pool.ready(broker, purpose);
  }

  /**
   * A connection to a broker of the current metadata, opened if need be; concurrent calls share one
   * attempt.
   *
   * @throws ConnectionError; ProtocolError BROKER_NOT_AVAILABLE when no live broker has that id
   */
  async connection(nodeId: number, purpose: ConnectionPurpose = 'data'): Promise<Connection> {
    this.assertOpen();
    const broker = this.snapshot.brokers.get(nodeId);
    if (!broker) {
      throw new ProtocolError('BROKER_NOT_AVAILABLE', `No live broker has the id ${nodeId}.`);
    }
    return this.pool.get(broker, purpose);
  }

  /** One attempt at the given broker. */
  async sendToBroker<A extends Api>(
    nodeId: number,
    api: A,
    body: RequestInput<A>,
    options?: ClusterSendOptions,
  ): Promise<ResponseOf<A>> {
    const connection = await this.connection(nodeId, options?.purpose);
    return connection.send(api, body, options);
  }

  /**
   * One attempt at the given broker, told by callback: at once on an open connection, otherwise
   * when it is open. Requests sent while it opens go out in the order of the calls.
   */
  sendToBrokerCallback<A extends Api>(
    nodeId: number,
    api: A,
    body: RequestInput<A>,
    onDone: ResponseCallback<A>,
    options?: ClusterSendOptions,
  ): void {
    const ready = this.readyConnection(nodeId, options?.purpose);
    if (ready) {
      ready.sendCallback(api, body, onDone, options);
      return;
    }
    this.connection(nodeId, options?.purpose).then(
      (connection) => connection.sendCallback(api, body, onDone, options),
      (error: Error) => onDone(error, undefined),
    );
  }

  /** One attempt at whoever leads the partition, who is waited for if nobody is known. */
  async sendToLeader<A extends Api>(
    topic: string,
    partition: number,
    api: A,
    body: RequestInput<A>,
    options?: ClusterSendOptions,
  ): Promise<ResponseOf<A>> {
    const leader = await this.leaderOf(topic, partition, { timeoutMs: options?.timeoutMs });
    return this.sendToBroker(leader.nodeId, api, body, options);
  }

  /**
   * One attempt at the controller.
   *
   * @throws ProtocolError NOT_CONTROLLER when nobody is known to be it
   */
  async sendToController<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options?: ClusterSendOptions,
  ): Promise<ResponseOf<A>> {
    if (!this.snapshot.controller) await this.refreshMetadata();
    const { controller } = this.snapshot;
    if (!controller) {
      throw new ProtocolError('NOT_CONTROLLER', 'No broker is the controller at the moment.');
    }
    return this.sendToBroker(controller.nodeId, api, body, options);
  }

  /**
   * A connection to whichever broker can be reached.
   *
   * @throws NoBrokerReachableError, ClientClosedError
   */
  async anyConnection(): Promise<Connection> {
    this.assertOpen();
    return this.pool.any([...this.snapshot.brokers.values()]);
  }

  /** Any broker that can be reached; one attempt there. */
  async sendToAny<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options?: SendOptions,
  ): Promise<ResponseOf<A>> {
    const connection = await this.anyConnection();
    return connection.send(api, body, options);
  }

  /**
   * Repeats an operation as long as its errors are retriable, and refreshes metadata where they ask
   * for it.
   *
   * @param what the step, as the beginning of a sentence: "Creating topics"
   * @param operation given the number of the attempt, from 0, and the milliseconds left
   * @throws the operation's error, RetriesExhaustedError, ClientClosedError
   */
  retrying<T>(
    what: string,
    operation: (attempt: number, remainingMs: number) => Promise<T>,
    options: RetryCallOptions = {},
  ): Promise<T> {
    const { clock, random, retry, apiTimeout } = this.options;
    return retrying(
      (attempt, remainingMs) => {
        this.assertOpen();
        return operation(attempt, remainingMs);
      },
      {
        what,
        policy: retry,
        timeoutMs: options.timeoutMs ?? apiTimeout,
        clock,
        random,
        onSlow: (error, elapsedMs) => this.tellSlow(what, error, elapsedMs),
        beforeRetry: async (action) => {
          this.assertOpen();
          if (action === 'refresh-metadata' || action === 'reconnect') await this.tryRefresh();
        },
      },
    );
  }

  /** Closes all connections. What is pending fails with ConnectionError. */
  close(): Promise<void> {
    this.closed = true;
    this.cache.close();
    this.pool.close();
    return Promise.resolve();
  }

  private assertOpen(): void {
    if (this.closed) throw new ClientClosedError();
  }

  /** Refreshes until the answer is there. Bounded by time alone, as `max.block.ms` is. */
  private async awaitMetadata<T>(
    topics: readonly string[],
    what: string,
    find: () => T | undefined,
    missing: () => Error,
    { timeoutMs = this.options.apiTimeout, allowAutoTopicCreation }: MetadataRequestOptions,
  ): Promise<T> {
    this.assertOpen();
    const found = find();
    if (found !== undefined) return found;
    const { clock, random, retry } = this.options;
    const policy = { ...retry, retries: Infinity };
    try {
      return await retrying(
        async () => {
          this.assertOpen();
          // Somebody who waited less long may have given up and had them forgotten.
          this.cache.use(topics);
          await this.cache.refresh(allowAutoTopicCreation);
          const now = find();
          if (now === undefined) throw missing();
          return now;
        },
        {
          ...{ what, policy, timeoutMs, clock, random },
          onSlow: (error, elapsedMs) => this.tellSlow(what, error, elapsedMs),
        },
      );
    } catch (error) {
      this.cache.forgetUnknown(topics);
      throw error;
    }
  }

  private tellSlow(what: string, error: KafkaClassicError, elapsedMs: number): void {
    this.options.logger.warn(
      { event: 'slow-retries', what, elapsedMs: Math.round(elapsedMs), err: error },
      `${what} has not succeeded in ${Math.round(elapsedMs / 1000)} s and is tried again: ${describeError(error)}`,
    );
  }

  private errorOf(topics: readonly string[]): ProtocolError | undefined {
    for (const topic of topics) {
      const error = this.snapshot.errors.get(topic);
      if (error) return error;
    }
    return undefined;
  }

  private noLeader(topic: string, partition: number): ProtocolError {
    const known = this.snapshot.topic(topic);
    if (known && partition >= known.partitions.length) {
      return new ProtocolError(
        'UNKNOWN_TOPIC_OR_PARTITION',
        `Topic "${topic}" has ${known.partitions.length} partitions, none with number ${partition}.`,
      );
    }
    return new ProtocolError(
      'LEADER_NOT_AVAILABLE',
      `Partition ${topic}-${partition} has no live leader.`,
    );
  }

  private async askMetadata(
    topics: readonly string[],
    allowAutoTopicCreation: boolean,
  ): Promise<ResponseOf<typeof apis.Metadata>> {
    return this.sendToAny(apis.Metadata, {
      topics: topics.map((name) => ({ name })),
      allowAutoTopicCreation,
    });
  }

  private async tryRefresh(): Promise<void> {
    try {
      await this.refreshMetadata();
    } catch (error) {
      this.options.logger.debug(
        { event: 'metadata-refresh-failed', err: error },
        `Metadata could not be refreshed: ${describeError(error)}`,
      );
    }
  }
}

function listed(topics: readonly string[]): string {
  const names = topics.slice(0, 3).map((topic) => `"${topic}"`);
  const more = topics.length - names.length;
  return `topic ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
