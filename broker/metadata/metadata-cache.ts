import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';

/** A live broker as clients may be told of it. */
export interface BrokerNode {
  readonly id: number;
  readonly rack: string | null;
  /** Advertised address per listener name. */
  readonly endpoints: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

export interface PartitionMetadata {
  /** Broker id, -1 for none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  readonly topicId: string;
  /** By partition number; undefined while the controller has not decided on it. */
  readonly partitions: readonly (PartitionMetadata | undefined)[];
}

/**
 * What this broker knows of the cluster: the live brokers, and the topics with the leaders the
 * controller chose. Answers Metadata requests without asking anybody.
 *
 * The controller writes it (UpdateMetadata), handlers read it and may wait for a change.
 */
export class MetadataCache {
  private brokersById: ReadonlyMap<number, BrokerNode> = new Map();
  private readonly topicsByName = new Map<string, TopicMetadata>();
  private readonly namesById = new Map<string, string>();
  private readonly waiters = new Set<() => void>();
  /** Broker id of the controller, -1 while there is none. */
  controllerId = -1;

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
    this.changed();
  }

  setTopic(topic: TopicMetadata): void {
    const previous = this.topicsByName.get(topic.name);
    if (previous) this.namesById.delete(previous.topicId);
    this.topicsByName.set(topic.name, topic);
    this.namesById.set(topic.topicId, topic.name);
    this.changed();
  }

  removeTopic(name: string): void {
    const topic = this.topicsByName.get(name);
    if (!topic) return;
    this.topicsByName.delete(name);
    this.namesById.delete(topic.topicId);
    this.changed();
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

  private changed(): void {
    for (const look of [...this.waiters]) look();
  }
}

/** Whether every partition of a topic has a leader. */
export function hasLeaders(topic: TopicMetadata | undefined, partitions = 1): boolean {
  return (
    topic !== undefined &&
    topic.partitions.length >= partitions &&
    Array.from(topic.partitions).every(
      (partition) => partition !== undefined && partition.leader >= 0,
    )
  );
}
