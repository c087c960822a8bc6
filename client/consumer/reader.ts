import { deferred, type Deferred } from '../runtime/deferred';
import { awaitedTimeout, type Clock } from '../runtime/clock';
import { ClientClosedError } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import type { ConsumerBatch } from './consumer-batch';
import { ConsumerStateError, WakeupError } from './consumer-errors';
import type { OpenBatch } from './open-batch';

/** Waiting without an end is waiting again and again for this long. */
const LONG_MS = 60_000;

export interface ReaderEvents {
  /** The application asks for something: what it had in hand is finished. */
  onAsked(): void;
  /** Something of this partition left the buffers. */
  onHandedOut(partition: AssignedPartition): void;
  /** The partition's error was handed out: it may be tried again. */
  onErrorTaken(partition: AssignedPartition): void;
}

/**
 * Hands out what was fetched, partitions taking turns, and waits when there is nothing. Positions
 * move with what is handed out. Whoever asks for more has finished what he was given, unless he
 * claims partitions for himself.
 */
export class Reader {
  private waiter: Deferred<void> | undefined;
  private wokenUp = false;
  private failure: Error | undefined;
  private isClosed = false;
  private readonly inHand = new Set<AssignedPartition>();
  private finishing: Deferred<void> | undefined;
  private count = 0;

  constructor(
    private readonly assignment: Assignment,
    private readonly clock: Clock,
    private readonly events: ReaderEvents,
  ) {}

  get closed(): boolean {
    return this.isClosed;
  }

  /** Whether the application waits for something to be handed out. */
  get isAsked(): boolean {
    return this.waiter !== undefined;
  }

  /** Differs whenever the application has got on since it was looked at last. */
  get progress(): number {
    let sum = this.count;
    for (const { position = 0 } of this.inHand) sum += position;
    return sum;
  }

  /**
   * Up to that many records, of as many batches as it takes; empty when nothing is there.
   *
   * @throws the error of a partition, WakeupError
   */
  takeBatches(maxRecords: number): ConsumerBatch[] {
    this.ask();
    const batches: ConsumerBatch[] = [];
    for (let room = maxRecords; room > 0;) {
      const batch = this.takeOne(room, batches.length > 0);
      if (!batch) break;
      batches.push(batch);
      room -= batch.records.length;
    }
    return batches;
  }

  /** The next batch, whole. Throws as {@link takeBatches} does. */
  takeBatch(): ConsumerBatch | undefined {
    this.ask();
    return this.takeOne(Infinity, false);
  }

  /** A batch to read record by record. Throws as {@link takeBatches} does. */
  openBatch(): OpenBatch | undefined {
    this.ask();
    return this.fromNext((partition) => partition.takeOpen(), false);
  }

  /**
   * A partition with something to hand out, for one who reads it alone until he gives it back with
   * {@link release}. Throws as {@link takeBatches} does.
   */
  claim(): AssignedPartition | undefined {
    this.events.onAsked();
    this.checkFailure();
    const partition = this.fromNext((next) => (next.openBatch() ? next : undefined), false);
    if (!partition) return undefined;
    partition.claimed = true;
    this.assignment.update(partition);
    return partition;
  }

  /** The partitions that somebody has claimed. */
  claimedPartitions(): AssignedPartition[] {
    return [...this.inHand].filter(({ claimed }) => claimed);
  }

  /** What was claimed is finished. */
  release(partition: AssignedPartition): void {
    partition.claimed = false;
    partition.finish();
    this.inHand.delete(partition);
    this.count++;
    this.assignment.update(partition);
    this.events.onHandedOut(partition);
    this.tellFinished();
    this.signal();
  }

  /** What the application has in hand, it is finished with. */
  finish(): void {
    this.count++;
    for (const partition of this.inHand) {
      if (partition.claimed) continue;
      partition.finish();
      this.inHand.delete(partition);
    }
    this.tellFinished();
  }

  /** Resolves when the application has nothing of these in hand. */
  async whenFinished(partitions: readonly AssignedPartition[]): Promise<void> {
    while (partitions.some(({ inHand }) => inHand)) {
      this.finishing ??= deferred();
      await this.finishing.promise;
    }
  }

  /**
   * Waits until there may be something to hand out.
   *
   * @returns false when the time is over or the consumer was closed
   * @throws WakeupError; ConsumerStateError when somebody waits already
   */
  async wait(timeoutMs: number): Promise<boolean> {
    if (this.isClosed) return false;
    if (this.waiter) {
      throw new ConsumerStateError(
        'Somebody else is reading from this consumer.',
        'Wait for one poll before the next; make a consumer for each reader.',
      );
    }
    const { promise } = (this.waiter = deferred());
    let isOver = false;
    const onTime = () => {
      isOver = timeoutMs <= LONG_MS;
      this.signal();
    };
    const timer = awaitedTimeout(onTime, Math.min(timeoutMs, LONG_MS), this.clock);
    try {
      await promise;
      return !isOver && !this.isClosed;
    } finally {
      this.clock.clearTimeout(timer);
    }
  }

  /** Makes whoever waits, or the next who asks, throw this error. */
  fail(error: Error): void {
    if (this.waiter) this.waiter.reject(error);
    else this.failure ??= error;
    this.waiter = undefined;
  }

  /** There may be something to hand out. */
  signal(): void {
    this.waiter?.resolve();
    this.waiter = undefined;
  }

  /** Makes whoever waits, or the next who asks, throw a WakeupError. */
  wakeup(): void {
    if (!this.waiter) this.wokenUp = true;
    else this.waiter.reject(new WakeupError());
    this.waiter = undefined;
  }

  close(): void {
    this.isClosed = true;
    this.signal();
  }

  /** @throws ClientClosedError */
  assertOpen(): void {
    if (this.isClosed) throw new ClientClosedError('The consumer is closed.');
  }

  /** Takes the error of a partition, which may then be tried again. */
  takeError(partition: AssignedPartition): Error | undefined {
    const { error } = partition;
    partition.error = undefined;
    this.assignment.rotate(partition);
    this.events.onErrorTaken(partition);
    return error;
  }

  private takeOne(maxRecords: number, keepErrors: boolean): ConsumerBatch | undefined {
    return this.fromNext((partition) => partition.take(maxRecords), keepErrors);
  }

  /** @param keepErrors whether errors stay where they are, for the next who asks */
  private fromNext<T>(
    take: (partition: AssignedPartition) => T | undefined,
    keepErrors: boolean,
  ): T | undefined {
    for (
      let partition = this.assignment.nextReady();
      partition;
      partition = this.assignment.nextReady()
    ) {
      let taken: T | undefined;
      try {
        taken = take(partition);
      } catch (error) {
        partition.error = error as Error;
      }
      if (taken !== undefined) {
        this.inHand.add(partition);
        this.assignment.rotate(partition);
        this.events.onHandedOut(partition);
        return taken;
      }
      if (partition.error) {
        if (keepErrors) return undefined;
        throw this.takeError(partition) as Error;
      }
      this.assignment.update(partition);
      this.events.onHandedOut(partition);
    }
    return undefined;
  }

  private ask(): void {
    this.finish();
    this.events.onAsked();
    this.checkFailure();
    if (!this.wokenUp) return;
    this.wokenUp = false;
    throw new WakeupError();
  }

  private checkFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }

  private tellFinished(): void {
    this.finishing?.resolve();
    this.finishing = undefined;
  }
}
