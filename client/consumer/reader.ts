import { deferred, type Deferred } from '../runtime/deferred';
import type { Clock, TimerHandle } from '../runtime/clock';
import { ClientClosedError } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import type { ConsumerBatch } from './consumer-batch';
import { ConsumerStateError, WakeupError } from './consumer-errors';
import type { OpenBatch } from './open-batch';

/** Waiting without an end is waiting again and again for this long. */
const LONG_MS = 60_000;

export interface ReaderEvents {
  /** Something of this partition left the buffers. */
  onHandedOut(partition: AssignedPartition): void;
  /** The partition's error was handed out: it may be tried again. */
  onErrorTaken(partition: AssignedPartition): void;
}

/**
 * Hands out what was fetched, partitions taking turns, and waits when there is nothing. Positions
 * move with what is handed out.
 */
export class Reader {
  private waiter: Deferred<void> | undefined;
  private wokenUp = false;
  private isClosed = false;

  constructor(
    private readonly assignment: Assignment,
    private readonly clock: Clock,
    private readonly events: ReaderEvents,
  ) {}

  get closed(): boolean {
    return this.isClosed;
  }

  /**
   * Up to that many records, of as many batches as it takes; empty when nothing is there.
   *
   * @throws the error of a partition, WakeupError
   */
  takeBatches(maxRecords: number): ConsumerBatch[] {
    this.checkWakeup();
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
    this.checkWakeup();
    return this.takeOne(Infinity, false);
  }

  /** A batch to read record by record. Throws as {@link takeBatches} does. */
  openBatch(): OpenBatch | undefined {
    this.checkWakeup();
    return this.fromNext((partition) => partition.openBatch(), false);
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
    const timer = this.alarm(Math.min(timeoutMs, LONG_MS), () => {
      isOver = timeoutMs <= LONG_MS;
      this.signal();
    });
    try {
      await promise;
      return !isOver && !this.isClosed;
    } finally {
      this.clock.clearTimeout(timer);
    }
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

  private checkWakeup(): void {
    if (!this.wokenUp) return;
    this.wokenUp = false;
    throw new WakeupError();
  }

  /** Keeps the process alive, unlike the clock's own timers: somebody waits for it. */
  private alarm(ms: number, ring: () => void): TimerHandle {
    const handle = this.clock.setTimeout(ring, ms);
    (handle as Partial<NodeJS.Timeout>).ref?.();
    return handle;
  }
}
