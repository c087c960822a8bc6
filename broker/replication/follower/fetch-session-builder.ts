import type { RequestInput } from '../../../client/protocol/api';
import type { Fetch } from '../../../client/protocol/messages/fetch';
import { partitionName, type TopicPartition } from '../../log';
import type { FetchPosition } from './follower-position';

/** The parts of a Fetch request that make up a fetch session. */
export type SessionRequest = Required<
  Pick<RequestInput<typeof Fetch>, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'>
>;

/** What is fetched of one partition, and for whom. */
export interface SessionEntry<O> {
  readonly topicPartition: TopicPartition;
  /** Who asked; also what tells an answer to him from one to somebody before him. */
  readonly owner: O;
  readonly position: FetchPosition;
}

/** What became of a request. */
export type SessionVerdict = 'accepted' | 'refused';

const NO_SESSION = 0;
/** In a request: answer in full and make a session. */
const INITIAL_EPOCH = 0;
/** In a request: close the session named, then as with {@link INITIAL_EPOCH}. */
const FINAL_EPOCH = -1;
const LAST_EPOCH = 0x7fff_ffff;

/**
 * The follower's half of incremental fetch sessions (KIP-227, Kafka's FetchSessionHandler): what
 * leaders know already is not said again. A request costs as much as there is to say, not as much as
 * there are partitions.
 *
 * One request is under way at a time: {@link next}, then {@link received} or {@link failed}.
 */
export class FetchSessionBuilder<O> {
  private sessionId = NO_SESSION;
  private epoch = INITIAL_EPOCH;
  /** In the order in which leaders shall fill the response. */
  private readonly wanted = new Map<string, SessionEntry<O>>();
  /** What the leader has been told. */
  private known = new Map<string, FetchPosition>();
  /** Wanted, and not told to the leader like that. */
  private readonly changed = new Set<string>();
  /** Told to the leader and not wanted any more. */
  private readonly forgotten = new Map<string, TopicPartition>();

  /** Partitions fetched. */
  get size(): number {
    return this.wanted.size;
  }

  /** What is fetched of a partition. */
  entry(topic: string, partition: number): SessionEntry<O> | undefined {
    return this.wanted.get(partitionName({ topic, partition }));
  }

  /** Fetches a partition from a position. It goes to the end of the line. */
  set(entry: SessionEntry<O>): void {
    const name = partitionName(entry.topicPartition);
    this.wanted.delete(name);
    this.wanted.set(name, entry);
    // Removed and wanted again before the leader heard of it: what it has said is forgotten here.
    if (this.forgotten.delete(name)) this.restart();
    const known = this.known.get(name);
    if (known && samePosition(known, entry.position)) this.changed.delete(name);
    else this.changed.add(name);
  }

  /** Stops fetching a partition. */
  remove(topicPartition: TopicPartition): void {
    const name = partitionName(topicPartition);
    this.wanted.delete(name);
    this.changed.delete(name);
    if (this.known.has(name)) this.forgotten.set(name, topicPartition);
  }

  /** The next request. */
  next(): SessionRequest {
    const full = this.isFull;
    const named = full ? this.wanted.keys() : this.changed;
    const entries: SessionEntry<O>[] = [];
    if (full) this.known = new Map();
    for (const name of named) {
      const entry = this.wanted.get(name);
      if (!entry) continue;
      entries.push(entry);
      this.known.set(name, entry.position);
    }
    for (const name of this.forgotten.keys()) if (!full) this.known.delete(name);
    const request = {
      sessionId: this.sessionId,
      sessionEpoch: this.epoch,
      topics: topicsOf(entries),
      forgottenTopicsData: full ? [] : forgottenOf(this.forgotten.values()),
    };
    this.changed.clear();
    this.forgotten.clear();
    return request;
  }

  /**
   * The response has come.
   *
   * @returns `refused` when it says nothing about partitions: the next request starts anew
   */
  received(response: { readonly errorCode: number; readonly sessionId: number }): SessionVerdict {
    if (response.errorCode !== 0) {
      this.restart();
      return 'refused';
    }
    if (response.sessionId === NO_SESSION) {
      // No slot was free, or the leader has closed the session: every request is a full one.
      this.sessionId = NO_SESSION;
      this.epoch = INITIAL_EPOCH;
    } else if (this.isFull) {
      this.sessionId = response.sessionId;
      this.epoch = 1;
    } else if (response.sessionId === this.sessionId) {
      this.epoch = this.epoch === LAST_EPOCH ? 1 : this.epoch + 1;
    } else {
      this.restart();
      return 'refused';
    }
    return 'accepted';
  }

  /** Nobody knows what became of the request. */
  failed(): void {
    this.restart();
  }

  /**
   * Begins a new session, so that the leader says everything again: something it said was not
   * taken to heart, and it would not repeat it.
   */
  restart(): void {
    this.epoch = this.sessionId === NO_SESSION ? INITIAL_EPOCH : FINAL_EPOCH;
  }

  private get isFull(): boolean {
    return this.epoch === INITIAL_EPOCH || this.epoch === FINAL_EPOCH;
  }
}

function samePosition(a: FetchPosition, b: FetchPosition): boolean {
  return (
    a.fetchOffset === b.fetchOffset &&
    a.currentLeaderEpoch === b.currentLeaderEpoch &&
    a.lastFetchedEpoch === b.lastFetchedEpoch &&
    a.logStartOffset === b.logStartOffset &&
    a.partitionMaxBytes === b.partitionMaxBytes
  );
}

function topicsOf(entries: readonly SessionEntry<unknown>[]): SessionRequest['topics'] {
  return byTopic(entries, ({ topicPartition }) => topicPartition).map(([topic, members]) => ({
    topic,
    partitions: members.map(({ topicPartition, position }) => ({
      partition: topicPartition.partition,
      ...position,
    })),
  }));
}

function forgottenOf(partitions: Iterable<TopicPartition>): SessionRequest['forgottenTopicsData'] {
  return byTopic([...partitions], (of) => of).map(([topic, members]) => ({
    topic,
    partitions: members.map(({ partition }) => partition),
  }));
}

/** Groups by topic, topics and partitions in the order of their first appearance. */
export function byTopic<T>(
  items: readonly T[],
  topicPartitionOf: (item: T) => TopicPartition,
): [topic: string, members: T[]][] {
  const topics = new Map<string, T[]>();
  for (const item of items) {
    const { topic } = topicPartitionOf(item);
    const members = topics.get(topic);
    if (members) members.push(item);
    else topics.set(topic, [item]);
  }
  return [...topics];
}
