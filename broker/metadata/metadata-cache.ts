import { ZERO_UUID } from '../../client/protocol/schema';
import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { updatedTopic, type TopicMetadata, type TopicUpdate } from './topic-metadata';

export { hasLeaders, type PartitionMetadata, type TopicMetadata } from './topic-metadata';

/** A live broker as clients may be told of it. */
export interface BrokerNode {
  readonly id: number;
  /** Of its present incarnation. */
  readonly epoch: number;
  readonly rack: string | null;
  /** Advertised address per listener name. */
  readonly endpoints: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

/**
 * What this broker knows of the cluster: the live brokers as it sees them in ZooKeeper, and the
 * topics with the leaders the controller chose. Answers Metadata requests without asking anybody.
 *
 * The controller writes it (UpdateMetadata), handlers read it and may wait for a change.
 */
export class MetadataCache {
  private brokersById: ReadonlyMap<number, BrokerNode> = new Map();
  private readonly topicsByName = new Map<string, TopicMetadata>();
  private readonly namesById = new Map<string, string>();
  private readonly waiters = new Set<() => void>();
  private toldAll = false;
  /** Broker id of the controller, -1 while there is none. */
  controllerId = -1;

  /** Whether a controller has told of all topics; before, a topic that is not here may exist. */
  get isComplete(): boolean {
    return this.toldAll;
  }

  get brokers(): readonly BrokerNode[] {
    return [...this.brokersById.values()].sort((a, b) => a.id - b.id);
  }

  broker(id: number): BrokerNode | undefined {
    return this.brokersById.get(id);
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topicsByName.get(name);
  }

  topicNameOf(topicId: string): string | undefined {
    return this.namesById.get(topicId);
  }

  /** In order of their names. */
  topics(): TopicMetadata[] {
    return [...this.topicsByName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  setBrokers(brokers: readonly BrokerNode[]): void {
    this.brokersById = new Map(brokers.map((broker) => [broker.id, broker]));
    this.reconsider();
  }

  /**
   * Takes over what the controller tells. All of it is visible at once.
   *
   * @param isFull these are all topics there are; what is known beyond them, and of them, is over
   * @returns the topics that are gone by this, also where another has taken the name
   */
  update(updates: readonly TopicUpdate[], isFull = false): TopicMetadata[] {
    const before = [...this.topicsByName.values()];
    if (isFull) {
      this.toldAll = true;
      this.topicsByName.clear();
      this.namesById.clear();
    }
    for (const update of updates) {
      this.replace(update.name, updatedTopic(this.topicsByName.get(update.name), update));
    }
    this.reconsider();
    return before.filter(({ name, topicId }) => this.topicsByName.get(name)?.topicId !== topicId);
  }

  /** Replicas of a partition that cannot be used, as far as the controller or this broker knows. */
  offlineReplicas(topic: string, partition: number): number[] {
    const known = this.topicsByName.get(topic)?.partitions[partition];
    if (!known) return [];
    return known.replicas.filter((id) => known.offlineReplicas.includes(id) || !this.broker(id));
  }

  /**
   * Waits until a condition on the metadata holds.
   * @returns whether it held before the time was over
   */
  async until(condition: () => boolean, timeoutMs: number, clock: Clock): Promise<boolean> {
    if (condition()) return true;
    const outcome = deferred<boolean>();
    const look = () => {
      if (condition()) outcome.resolve(true);
    };
    this.waiters.add(look);
    const timer = clock.setTimeout(() => outcome.resolve(condition()), Math.max(0, timeoutMs));
    try {
      return await outcome.promise;
    } finally {
      clock.clearTimeout(timer);
      this.waiters.delete(look);
    }
  }

  /** Has those who wait look again: what they wait for may depend on more than the metadata. */
  reconsider(): void {
    for (const look of [...this.waiters]) look();
  }

  private replace(name: string, topic: TopicMetadata | undefined): void {
    const before = this.topicsByName.get(name);
    if (before) this.namesById.delete(before.topicId);
    if (topic) {
      this.topicsByName.set(name, topic);
      // Topics older than topic ids all have this one.
      if (topic.topicId !== ZERO_UUID) this.namesById.set(topic.topicId, name);
    } else {
      this.topicsByName.delete(name);
    }
  }
}
