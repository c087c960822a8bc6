import { ZERO_UUID } from '../../client/protocol/schema';
import type { FetchPurgatory } from './fetch-purgatory';
import type { FetchWaiter } from './fetch-waiter';
import { PartitionMemory } from './partition-memory';

/** What a fetch asks of one partition. */
export interface FetchedPartition {
  /** Empty while no topic has the id. */
  readonly topic: string;
  /** By which the topic was asked for; the zero uuid where its name was. */
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly partitionMaxBytes: number;
  /** Whether the client has been told so before. Only a session remembers. */
  knows?(highWatermark: number, logStartOffset: number): boolean;
  /** What a session remembers of the last look at it. */
  readonly memory?: PartitionMemory;
}

/** Partitions in the order in which they are read. */
export interface FetchedPartitions {
  forEach(visit: (wanted: FetchedPartition) => void): void;
}

/** A topic by its name, or by its id. */
export type FetchedTopic = Pick<FetchedPartition, 'topic' | 'topicId'>;

interface ForgottenTopic extends FetchedTopic {
  readonly partitions: readonly number[];
}

/** As much of a partition's answer as decides whether it has to be told. */
export interface FetchedAnswer {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset?: number;
  readonly preferredReadReplica?: number;
  readonly divergingEpoch?: object;
  /** Anything with a length that is not 0 when there are some. */
  readonly records: { readonly length: number } | null;
}

/** A partition of a session with what was last told of it. */
class SessionPartition implements FetchedPartition {
  topic: string;
  readonly topicId: string;
  readonly partition: number;
  currentLeaderEpoch!: number;
  fetchOffset!: number;
  lastFetchedEpoch!: number;
  logStartOffset!: number;
  partitionMaxBytes!: number;
  readonly memory = new PartitionMemory();
  private toldHighWatermark = -1;
  private toldLogStartOffset = -1;

  constructor(wanted: FetchedPartition) {
    this.topic = wanted.topic;
    this.topicId = wanted.topicId;
    this.partition = wanted.partition;
    this.update(wanted);
  }

  update(wanted: FetchedPartition): void {
    this.memory.stir();
    this.currentLeaderEpoch = wanted.currentLeaderEpoch;
    this.fetchOffset = wanted.fetchOffset;
    this.lastFetchedEpoch = wanted.lastFetchedEpoch;
    this.logStartOffset = wanted.logStartOffset;
    this.partitionMaxBytes = wanted.partitionMaxBytes;
  }

  knows(highWatermark: number, logStartOffset: number): boolean {
    return highWatermark === this.toldHighWatermark && logStartOffset === this.toldLogStartOffset;
  }

  /** Whether there is something new in an answer, which then counts as told. */
  tell(answer: FetchedAnswer): boolean {
    const { errorCode, highWatermark, logStartOffset = -1 } = answer;
    const isNews =
      errorCode !== 0 ||
      (answer.records?.length ?? 0) > 0 ||
      !this.knows(highWatermark, logStartOffset) ||
      (answer.preferredReadReplica ?? -1) >= 0 ||
      answer.divergingEpoch !== undefined;
    // When an error is over, that has to be told too.
    this.toldHighWatermark = errorCode === 0 ? highWatermark : -1;
    this.toldLogStartOffset = logStartOffset;
    return isNews;
  }
}

/** Epochs of a session run from 1 and skip 0 when they wrap. */
function nextEpoch(epoch: number): number {
  return epoch === 0x7fff_ffff ? 1 : epoch + 1;
}

/**
 * An incremental fetch session (KIP-227, Kafka's FetchSession.scala): remembers what a client
 * fetches, so that requests name only what has changed and answers hold only what is new.
 */
export class FetchSession {
  /** Of the next request. */
  epoch = 1;
  /** In the order in which they are read: whoever got records goes to the end. */
  private readonly partitionsByKey = new Map<string, SessionPartition>();
  private waiting: FetchWaiter | undefined;
  private ended = false;

  constructor(
    readonly id: number,
    /** Whether it belongs to a follower. */
    readonly privileged: boolean,
    /** Monotonic milliseconds. */
    readonly createdAt: number,
    /** Whether its topics are named by their ids (KIP-516). */
    readonly usesTopicIds = false,
  ) {
    this.lastUsedAt = createdAt;
  }

  /** Monotonic milliseconds. */
  lastUsedAt: number;

  get size(): number {
    return this.partitionsByKey.size;
  }

  get partitions(): FetchedPartitions {
    return this.partitionsByKey;
  }

  /** Where its fetches wait. */
  waiter(purgatory: FetchPurgatory): FetchWaiter {
    if (this.ended) return purgatory.waiter();
    return (this.waiting ??= purgatory.sessionWaiter());
  }

  /** It has been pushed out, or its client wants it no more. */
  end(): void {
    this.ended = true;
    this.waiting?.close();
  }

  /** Adds and changes partitions, and drops those that the client does not want any more. */
  update(wanted: Iterable<FetchedPartition>, forgotten: Iterable<ForgottenTopic>): void {
    for (const partition of wanted) {
      const key = keyOf(partition, partition.partition);
      const known = this.partitionsByKey.get(key);
      if (known) known.update(partition);
      else this.partitionsByKey.set(key, new SessionPartition(partition));
    }
    for (const topic of forgotten) {
      for (const partition of topic.partitions) {
        this.partitionsByKey.delete(keyOf(topic, partition));
      }
    }
  }

  /** Looks again for topics that were not known when their ids came. */
  resolve(topicNameOf: (topicId: string) => string | undefined): void {
    if (!this.usesTopicIds) return;
    for (const partition of this.partitionsByKey.values()) {
      if (partition.topic === '') partition.topic = topicNameOf(partition.topicId) ?? '';
    }
  }

  /** A request of this epoch has been accepted. */
  begin(now: number): void {
    this.lastUsedAt = now;
    this.epoch = nextEpoch(this.epoch);
  }

  /** Whether no later request has been accepted than the one with this epoch. */
  isLatest(epoch: number): boolean {
    return this.epoch === nextEpoch(epoch);
  }

  /**
   * Whether a partition's answer goes into the response.
   *
   * @param answer of the session's own partition
   */
  tell(topic: FetchedTopic, partition: number, answer: FetchedAnswer): boolean {
    const key = keyOf(topic, partition);
    const known = this.partitionsByKey.get(key);
    // Dropped by a later request: nobody waits for it.
    if (!known) return false;
    if (!known.tell(answer)) return false;
    if ((answer.records?.length ?? 0) > 0) {
      this.partitionsByKey.delete(key);
      this.partitionsByKey.set(key, known);
    }
    return true;
  }
}

function keyOf({ topic, topicId }: FetchedTopic, partition: number): string {
  return `${topicId === ZERO_UUID ? topic : topicId}-${partition}`;
}
