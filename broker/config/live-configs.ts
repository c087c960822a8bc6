import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import {
  DEFAULT_ENTITY,
  type ChangeNotificationReader,
  type ConfigEntity,
  type ConfigStore,
} from '../../zk-coordination';
import type { BrokerConfig } from './broker-config';
import type { Properties } from './check-properties';
import { TopicConfig } from './topic-config';

export interface LiveConfigsOptions {
  readonly brokerId: number;
  /** What the file and the command line say. */
  readonly file: BrokerConfig;
  readonly store: ConfigStore;
  readonly logger: Logger;
  /** Replicas of a topic, as far as known; decides its min.insync.replicas. */
  readonly replicationFactorOf: (topic: string) => number | undefined;
}

/**
 * The configs in force: the file's, overlaid with what ZooKeeper holds for this broker, for all
 * brokers and for each topic, kept up to date by `/config/changes`.
 */
export class LiveConfigs {
  private readonly topicOverrides = new Map<string, Properties>();
  /** Resolved configs of topics; every acks=all append asks for one. */
  private readonly resolved = new Map<string, TopicConfig>();
  private readonly topicListeners = new Set<(topic: string) => void>();
  private readonly brokerListeners = new Set<(config: BrokerConfig) => void>();
  private effective: BrokerConfig;
  private reader: ChangeNotificationReader | undefined;

  constructor(private readonly options: LiveConfigsOptions) {
    this.effective = options.file;
  }

  /** The broker's configs as they are now. */
  get broker(): BrokerConfig {
    return this.effective;
  }

  /** A topic's configs as they are now. */
  topic(name: string): TopicConfig {
    const known = this.resolved.get(name);
    if (known) return known;
    const replicationFactor = this.options.replicationFactorOf(name);
    const config = TopicConfig.resolve(this.effective, this.topicOverrides.get(name) ?? {}, {
      replicationFactor,
      onInvalid: (error) =>
        this.options.logger.warn(
          { event: 'topic-config-ignored', topic: name, error: describeError(error) },
          `A stored config of topic ${name} cannot be used.`,
        ),
    });
    if (replicationFactor !== undefined) this.resolved.set(name, config);
    return config;
  }

  /** The topic is gone, or will be another one. */
  forgetTopic(name: string): void {
    this.resolved.delete(name);
    this.topicOverrides.delete(name);
  }

  /** Tells of topics whose configs have changed. */
  onTopicChange(listener: (topic: string) => void): void {
    this.topicListeners.add(listener);
  }

  /** Tells when the broker's own configs have changed; those of all topics may have with them. */
  onBrokerChange(listener: (config: BrokerConfig) => void): void {
    this.brokerListeners.add(listener);
  }

  /** Reads everything that is stored and follows the changes. */
  async start(): Promise<void> {
    const { store } = this.options;
    // The watch first, so that nothing changes unseen while reading.
    this.reader = store.observeChanges((entity) => this.reread(entity));
    await this.reader.ready();
    await this.rereadBroker();
    const topics = await store.list('topics');
    await Promise.all(topics.map((name) => this.rereadTopic(name)));
  }

  async close(): Promise<void> {
    await this.reader?.close();
  }

  /** Reads one entity again at once, for who has just changed it. */
  async reread(entity: ConfigEntity): Promise<void> {
    if (entity.type === 'topics') await this.rereadTopic(entity.name);
    if (entity.type === 'brokers') await this.rereadBroker();
  }

  /**
   * Reads a topic's configs again for somebody who asks for them and may have changed them through
   * another broker a moment ago. What is known stands in when ZooKeeper does not answer in time.
   *
   * @param limitMs how long to wait, in milliseconds
   */
  async refreshTopic(name: string, limitMs: number, clock: Clock): Promise<void> {
    const done = deferred();
    const timer = clock.setTimeout(() => done.resolve(), limitMs);
    this.rereadTopic(name).then(done.resolve, (error: unknown) => {
      this.options.logger.warn(
        { event: 'topic-config-not-read', topic: name, error: describeError(error) },
        `The configs of topic ${name} cannot be read from ZooKeeper now.`,
      );
      done.resolve();
    });
    await done.promise;
    clock.clearTimeout(timer);
  }

  private async rereadTopic(name: string): Promise<void> {
    const overrides = await this.options.store.get({ type: 'topics', name });
    const before = JSON.stringify(this.topicOverrides.get(name) ?? {});
    if (Object.keys(overrides).length === 0) this.topicOverrides.delete(name);
    else this.topicOverrides.set(name, overrides);
    if (JSON.stringify(overrides) === before) return;
    this.resolved.delete(name);
    for (const listener of this.topicListeners) listener(name);
  }

  private async rereadBroker(): Promise<void> {
    const { store, brokerId, file, logger } = this.options;
    const [broker, defaults] = await Promise.all([
      store.get({ type: 'brokers', name: String(brokerId) }),
      store.get({ type: 'brokers', name: DEFAULT_ENTITY }),
    ]);
    try {
      this.effective = file.withDynamic({ broker, defaults });
    } catch (error) {
      logger.error(
        { event: 'broker-config-ignored', error: describeError(error) },
        'The configs stored for this broker cannot be used; those before stay in force.',
      );
      return;
    }
    this.resolved.clear();
    for (const listener of this.brokerListeners) listener(this.effective);
  }
}
