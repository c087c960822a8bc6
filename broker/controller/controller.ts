import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { Mailbox } from '../../client/runtime/mailbox';
import {
  ControllerFencedError,
  ControllerStore,
  type ConfigStore,
  FencedWriter,
  topicPartitionKey,
  type BrokersChange,
  type PartitionStateStore,
  type StoredTopic,
  type TopicDeletionStore,
  type TopicStore,
  type BrokerStore,
  type ZooKeeperClient,
} from '../../zk-coordination';
import type { BrokerMessenger } from './broker-messenger';
import type { ControlledTopic } from './decided-topic';
import { PartitionDecider } from './partition-decider';
import type { Term } from './term';
import { TopicDeleter } from './topic-deleter';

/** Whatever happens in the cluster reaches the controller as one of these. */
export type ControllerEvent =
  | { readonly type: 'elect' }
  | { readonly type: 'expire' }
  | { readonly type: 'resign' }
  | { readonly type: 'brokers'; readonly change: BrokersChange }
  | { readonly type: 'topics'; readonly names: readonly string[] }
  | { readonly type: 'topic'; readonly name: string; readonly topic: StoredTopic | null }
  | { readonly type: 'deletions'; readonly names: readonly string[] };

export interface ControllerOptions {
  readonly brokerId: number;
  readonly zk: ZooKeeperClient;
  readonly topics: TopicStore;
  readonly states: PartitionStateStore;
  readonly deletions: TopicDeletionStore;
  readonly configs: ConfigStore;
  readonly brokers: BrokerStore;
  readonly messenger: BrokerMessenger;
  /** `delete.topic.enable` */
  readonly deleteTopicEnable: boolean;
  readonly logger: Logger;
  /**
   * Whether this broker is registered in the present session. A controller that does not see itself
   * among the live brokers would take its own partitions for leaderless.
   */
  isRegistered(): boolean;
  /** Told who the controller is, -1 for nobody, whenever that changes. */
  onController(brokerId: number): void;
}

/**
 * The one broker that decides who leads what. Elected through ZooKeeper; every write it makes is
 * fenced by its epoch (kafka-classic's ARCHITECTURE.md, Kafka's KafkaController).
 *
 * An actor: ZooKeeper's watches, the session's borders and elections only put events into its
 * mailbox.
 */
export class Controller {
  private readonly mailbox: Mailbox<ControllerEvent>;
  private readonly store: ControllerStore;
  private readonly cleanups: (() => void)[] = [];
  private readonly decider: PartitionDecider;
  private readonly deleter: TopicDeleter;
  private term: Term | undefined;

  constructor(private readonly options: ControllerOptions) {
    this.store = new ControllerStore(options.zk);
    this.decider = new PartitionDecider(options.brokerId, options.states, options.messenger);
    this.deleter = new TopicDeleter(options);
    this.mailbox = new Mailbox(
      (event) => this.handle(event),
      (error, event) => this.onFailure(error, event),
    );
  }

  /** Whether this broker is the controller, as far as it knows. */
  get isActive(): boolean {
    return this.term !== undefined;
  }

  /** Runs for controller now and whenever there is none. Resolves when the first election is over. */
  async start(): Promise<void> {
    const { zk, onController } = this.options;
    this.cleanups.push(
      zk.beforeNewSession(async () => {
        this.mailbox.clearAndPut({ type: 'expire' });
        await this.mailbox.idle();
      }),
      zk.afterNewSession(() => this.mailbox.put({ type: 'elect' })),
    );
    const cell = this.store.observe(({ next }) => {
      onController(next?.brokerId ?? -1);
      if (next === null) this.mailbox.put({ type: 'elect' });
    });
    this.cleanups.push(() => cell.close());
    await cell.first;
    await this.mailbox.idle();
  }

  /** Gives up the office and stops listening. */
  async close(): Promise<void> {
    for (const cleanup of this.cleanups) cleanup();
    this.mailbox.clearAndPut({ type: 'resign' });
    await this.mailbox.idle();
  }

  private async handle(event: ControllerEvent): Promise<void> {
    switch (event.type) {
      case 'elect':
        return this.elect();
      case 'expire':
        return this.letGo();
      case 'resign':
        return this.resign();
      case 'brokers':
        return this.onBrokers(event.change);
      case 'topics':
        return this.onTopics(event.names);
      case 'topic':
        return this.onTopic(event.name, event.topic);
      case 'deletions':
        return this.onDeletions(event.names);
    }
  }

  private onFailure(error: unknown, event: ControllerEvent): void {
    const fenced = error instanceof ControllerFencedError;
    this.options.logger[fenced ? 'warn' : 'error'](
      {
        event: fenced ? 'controller-fenced' : 'controller-event-failed',
        controllerEvent: event.type,
        error: describeError(error),
      },
      fenced ? 'Another controller is in office; resigning.' : 'A controller event failed.',
    );
    if (fenced) this.mailbox.clearAndPut({ type: 'expire' });
  }

  private async elect(): Promise<void> {
    if (this.term || !this.options.isRegistered()) return;
    const { brokerId, zk, logger } = this.options;
    const result = await this.store.elect(brokerId);
    if (!result.elected) {
      if (result.controller === null) this.mailbox.put({ type: 'elect' });
      return;
    }
    logger.info(
      { event: 'controller-elected', broker: brokerId, controllerEpoch: result.epoch },
      `Broker ${brokerId} is the controller of epoch ${result.epoch}.`,
    );
    this.term = {
      office: result,
      writer: new FencedWriter(zk, result.fence),
      live: new Set(),
      topics: new Map(),
      topicCells: new Map(),
      watches: [],
    };
    try {
      await this.takeOffice(this.term);
    } catch (error) {
      // Half in office is worse than out of it: the next election tries again.
      await this.resign();
      throw error;
    }
  }

  /** Watches are set before anything is read, so that nothing happens unseen in between. */
  private async takeOffice(term: Term): Promise<void> {
    const { brokers, topics, deletions } = this.options;
    const brokersSeen = new Promise<void>((resolve) => {
      term.watches.push(
        brokers.observe((change) => {
          for (const id of change.brokers.keys()) term.live.add(id);
          this.mailbox.put({ type: 'brokers', change });
          resolve();
        }),
      );
    });
    await brokersSeen;
    const names = await topics.list();
    await this.adopt([...(await topics.getMany(names)).values()], true);
    term.watches.push(
      topics.observeList(({ next }) => this.mailbox.put({ type: 'topics', names: next ?? [] })),
      deletions.observe(({ next }) => this.mailbox.put({ type: 'deletions', names: next ?? [] })),
    );
  }

  private async resign(): Promise<void> {
    const { term } = this;
    this.letGo();
    if (!term) return;
    try {
      await this.store.resign(term.office);
    } catch (error) {
      // The session ends with the process anyway, and with it the office.
      this.options.logger.debug(
        { event: 'controller-resign-failed', error: describeError(error) },
        'The office could not be given up.',
      );
    }
  }

  private letGo(): void {
    const { term } = this;
    if (!term) return;
    this.term = undefined;
    for (const watch of term.watches) watch.close();
    for (const cell of term.topicCells.values()) cell.close();
    this.options.logger.info(
      { event: 'controller-resigned', broker: this.options.brokerId },
      `Broker ${this.options.brokerId} is no longer the controller.`,
    );
  }

  private async onBrokers({ brokers, joined, left }: BrokersChange): Promise<void> {
    const { term } = this;
    if (!term) return;
    term.live.clear();
    for (const id of brokers.keys()) term.live.add(id);
    if (joined.length === 0 && left.length === 0) return;
    for (const topic of term.topics.values()) await this.decider.decide(term, topic, false);
  }

  private async onTopics(names: readonly string[]): Promise<void> {
    const { term } = this;
    if (!term) return;
    const listed = new Set(names);
    for (const name of [...term.topics.keys()]) if (!listed.has(name)) this.forget(name);
    const fresh = names.filter((name) => !term.topics.has(name));
    await this.adopt([...(await this.options.topics.getMany(fresh)).values()], false);
  }

  private async onTopic(name: string, stored: StoredTopic | null): Promise<void> {
    const { term } = this;
    const topic = term?.topics.get(name);
    if (!term || !topic || stored === null || stored.version <= topic.stored.version) return;
    if (stored.czxid !== topic.stored.czxid) return;
    topic.stored = stored;
    await this.decider.decide(term, topic, false);
  }

  /** Takes topics under control: their states are read, what is undecided is decided. */
  private async adopt(stored: readonly StoredTopic[], takingOffice: boolean): Promise<void> {
    const { term } = this;
    if (!term || stored.length === 0) return;
    const partitions = stored.flatMap(({ name, partitions: of }) =>
      [...of.keys()].map((partition) => ({ topic: name, partition })),
    );
    const states = await this.options.states.getMany(partitions);
    for (const one of stored) {
      const topic: ControlledTopic = { stored: one, states: new Map() };
      for (const partition of one.partitions.keys()) {
        const state = states.get(topicPartitionKey({ topic: one.name, partition }));
        if (state) topic.states.set(partition, state);
      }
      term.topics.set(one.name, topic);
      await this.decider.decide(term, topic, takingOffice);
      term.topicCells.set(
        one.name,
        this.options.topics.observe(one.name, ({ next }) =>
          this.mailbox.put({ type: 'topic', name: one.name, topic: next }),
        ),
      );
    }
  }

  private async onDeletions(names: readonly string[]): Promise<void> {
    const { term } = this;
    if (!term) return;
    for (const name of names) {
      await this.deleter.delete(term, name, term.topics.get(name));
      // Last: who waits for the deletion may create the topic anew at once.
      if (this.options.deleteTopicEnable) this.forget(name);
    }
  }

  private forget(name: string): void {
    const { term } = this;
    if (!term?.topics.delete(name)) return;
    term.topicCells.get(name)?.close();
    term.topicCells.delete(name);
    this.options.messenger.forgetTopic(name);
  }
}
