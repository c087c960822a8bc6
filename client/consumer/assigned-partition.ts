import { Fifo } from '../network/fifo';
import { ConsumerBatch } from './consumer-batch';
import type { FetchedRecords } from './fetched-records';
import { OpenBatch } from './open-batch';
import type { WantedOffset } from './offset-position';
import type { TopicPartition } from './topic-partition';

/** A replica that the leader asked this consumer to read from (KIP-392). */
export interface PreferredReplica {
  readonly nodeId: number;
  /** Monotonic time from which the leader is asked again. */
  readonly until: number;
}

/** A place in a partition. */
export interface Place {
  readonly offset: number;
  /** Epoch of the last record before it, -1 when unknown. */
  readonly epoch: number;
}

/**
 * One partition of a consumer: its position, what was fetched ahead, and what keeps it from being
 * read. It is in one of three states: looking for its position (`wanted` is set), reading, or
 * failed (`error` is set) until the error was handed out.
 */
export class AssignedPartition implements TopicPartition {
  paused = false;
  /** Nothing more is handed out: the group takes it away, or has not given it wholly yet. */
  withheld = false;
  /** A reader of its own has it: nobody else is handed anything of it. */
  claimed = false;
  /** The place that has to be looked up before anything can be read. */
  wanted: WantedOffset | undefined;
  /** Handed out when the records before it are. */
  error: Error | undefined;
  /** Next offset to ask a broker for. */
  fetchOffset = 0;
  /** Epoch of the last record before `fetchOffset`, -1 when unknown. */
  fetchedEpoch = -1;
  /** Epoch of the leader that last answered from there or confirmed the place; -1 for none. */
  leaderEpoch = -1;
  /**
   * Since when metadata tells of a leader before `fetchedEpoch` only; undefined when it does not.
   */
  outdatedSince: number | undefined;
  /** Not fetched before this monotonic time. */
  retryAt = 0;
  /** Failures in a row. */
  failures = 0;
  preferredReplica: PreferredReplica | undefined;
  /** The broker that failed last; undefined after a success. */
  failedNode: number | undefined;
  /** The leader epoch of that time. */
  failedEpoch = -1;
  /** The broker refused `fetchOffset`; what is buffered must be read before that is believed. */
  outOfRange = false;
  /** -1 until the first response. */
  highWatermark = -1;
  lastStableOffset = -1;
  /** Bytes fetched and not yet handed out. */
  bufferedBytes = 0;

  private base = 0;
  /** Epoch of the last record before `base`, -1 when unknown. */
  private baseEpoch = -1;
  private readonly fetched = new Fifo<FetchedRecords>();
  private open: OpenBatch | undefined;
  /** Whether the application may not be finished with what it was handed out last. */
  private isInHand = false;
  /** The place before that; undefined when it is to be told from the open batch, or was left. */
  private handedFrom: Place | undefined;

  /** @param onReleased told of bytes that left the buffer */
  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly onReleased: (bytes: number) => void,
  ) {}

  /** Next offset to hand out; undefined while it is looked up. */
  get position(): number | undefined {
    if (this.wanted) return undefined;
    return this.open?.position ?? this.base;
  }

  /** Epoch of the last record before the position, -1 when unknown. */
  get positionEpoch(): number {
    return this.open?.isBegun ? this.open.leaderEpoch : this.baseEpoch;
  }

  get inHand(): boolean {
    return this.isInHand;
  }

  /**
   * Up to where the application has finished: the position, unless it has something in hand.
   * Undefined while the position is looked up.
   */
  get finished(): Place | undefined {
    const { position } = this;
    if (position === undefined) return undefined;
    if (this.isInHand && this.handedFrom) return this.handedFrom;
    if (this.isInHand && this.open?.isBegun) {
      const offset = this.open.positionBeforeLast;
      return { offset, epoch: offset > this.base ? this.open.leaderEpoch : this.baseEpoch };
    }
    return { offset: position, epoch: this.positionEpoch };
  }

  /**
   * Whether what is before `fetchOffset` is known to be in the log of the leader of that epoch: it
   * has answered from there, took the last record itself, or nothing is known to compare (KIP-320).
   */
  isValidUnder(leaderEpoch: number): boolean {
    const { fetchedEpoch } = this;
    return (
      leaderEpoch < 0 ||
      fetchedEpoch < 0 ||
      leaderEpoch === this.leaderEpoch ||
      leaderEpoch === fetchedEpoch
    );
  }

  /** Whether a reader should look here: for records, or for an error. */
  get hasSomething(): boolean {
    if (this.paused || this.withheld || this.claimed) return false;
    return this.hasBuffered || this.error !== undefined;
  }

  get hasBuffered(): boolean {
    return this.open !== undefined || this.fetched.length > 0;
  }

  /**
   * Goes on reading at an offset; what was fetched is dropped.
   *
   * @param epoch that of the last record before it, -1 for unknown
   */
  moveTo(offset: number, epoch = -1): void {
    this.drop();
    this.handedFrom = undefined;
    this.wanted = undefined;
    this.base = this.fetchOffset = offset;
    this.baseEpoch = this.fetchedEpoch = epoch;
    this.leaderEpoch = -1;
  }

  /** Goes on reading at a place that is still to be found. */
  lookFor(wanted: WantedOffset): void {
    this.drop();
    this.handedFrom = undefined;
    this.wanted = wanted;
  }

  /** Forgets what was fetched ahead; it will be fetched again. */
  dropBuffered(): void {
    const { position, positionEpoch } = this;
    if (position === undefined) return;
    if (this.isInHand) this.handedFrom = this.finished;
    this.drop();
    this.base = this.fetchOffset = position;
    this.baseEpoch = this.fetchedEpoch = positionEpoch;
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    if (this.open) this.open.held = paused || this.withheld;
  }

  setWithheld(withheld: boolean): void {
    this.withheld = withheld;
    if (this.open) this.open.held = withheld || this.paused;
  }

  /** The application has finished what it had in hand. */
  finish(): void {
    this.isInHand = false;
    this.handedFrom = undefined;
  }

  /**
   * @param nextOffset the offset to fetch from after these records
   * @param epoch that of the last of them
   */
  add(records: FetchedRecords, nextOffset: number, epoch: number): void {
    this.fetched.push(records);
    this.bufferedBytes += records.size;
    this.fetchOffset = nextOffset;
    this.fetchedEpoch = epoch;
  }

  /**
   * The decoded batch to read from, undefined when nothing is buffered.
   *
   * @throws UnreadableRecordsError; what was buffered is dropped then, to be fetched again
   */
  openBatch(): OpenBatch | undefined {
    if (this.open && !this.open.isDone) return this.open;
    this.closeBatch();
    for (let head = this.fetched.peek(); head; head = this.fetched.peek()) {
      if (head.size === 0) {
        this.fetched.shift();
        continue;
      }
      let next;
      try {
        next = head.next(this.base);
      } catch (error) {
        this.dropBuffered();
        throw error;
      }
      if (next instanceof OpenBatch) return (this.open = next);
      this.base = next.skippedTo;
      this.baseEpoch = next.leaderEpoch;
      this.release(next.bytes);
    }
    return undefined;
  }

  /** The batch to read record by record. Throws as {@link openBatch} does. */
  takeOpen(): OpenBatch | undefined {
    const batch = this.openBatch();
    if (batch) this.isInHand = true;
    return batch;
  }

  /** Up to that many records of one batch. Throws as {@link openBatch} does. */
  take(count: number): ConsumerBatch | undefined {
    const batch = this.openBatch();
    if (!batch) return undefined;
    if (!this.isInHand) {
      this.handedFrom = { offset: batch.position, epoch: this.positionEpoch };
      this.isInHand = true;
    }
    const records = batch.take(count);
    const { position } = batch;
    if (batch.isDone) this.closeBatch();
    return new ConsumerBatch(this.topic, this.partition, records, position, this.highWatermark);
  }

  private closeBatch(): void {
    const { open } = this;
    if (!open) return;
    this.base = open.position;
    this.baseEpoch = open.leaderEpoch;
    this.open = undefined;
    this.release(open.bytes);
  }

  private drop(): void {
    this.open?.cancel();
    this.open = undefined;
    while (this.fetched.shift());
    this.error = undefined;
    this.outOfRange = false;
    this.retryAt = this.failures = 0;
    this.preferredReplica = undefined;
    this.release(this.bufferedBytes);
  }

  private release(bytes: number): void {
    if (bytes === 0) return;
    this.bufferedBytes -= bytes;
    this.onReleased(bytes);
  }
}
