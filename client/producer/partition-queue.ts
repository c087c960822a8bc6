import { PartitionSequence } from './partition-sequence';
import type { ProducerBatch } from './producer-batch';
import type { Trouble } from './trouble';

/**
 * The batches of one partition, in the order in which they must arrive: those in flight, then those
 * that wait.
 *
 * Batches of a partition are pipelined as long as all goes well. After a failure nothing is sent
 * until everything in flight has come back; what failed goes first, in its old order, one batch at
 * a time, until none is left that had failed. So no batch leaves while an earlier one is being
 * repeated. What was in flight together with it had left already: if the broker accepted that, the
 * order is broken, which only idempotence, or one request in flight, rules out.
 */
export class PartitionQueue {
  /** No repetition before this monotonic time, unless at another broker. */
  retryAt = 0;
  /** The broker that the last failure came from. */
  failedAt = -1;
  /** The numbers of an idempotent producer's records. */
  readonly sequence = new PartitionSequence();
  private ill: Trouble | undefined;
  private flyingTo = -1;
  private readonly waiting: ProducerBatch[] = [];
  private readonly inFlight: ProducerBatch[] = [];
  private newest: ProducerBatch | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** The batch that records are added to, if there is one. */
  get open(): ProducerBatch | undefined {
    return this.newest?.state === 'open' ? this.newest : undefined;
  }

  /** Why its records do not arrive; undefined when the last attempt succeeded. */
  get trouble(): Trouble | undefined {
    return this.ill;
  }

  /** An attempt to deliver has failed, or could not even be made. */
  suffer(error: Error, now: number): void {
    if (this.ill?.error !== error) this.ill = { error, since: this.ill?.since ?? now };
  }

  recover(): void {
    this.ill = undefined;
  }

  get head(): ProducerBatch | undefined {
    return this.waiting[0];
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.inFlight.length === 0;
  }

  /** All batches, those in flight first. */
  *batches(): IterableIterator<ProducerBatch> {
    yield* this.inFlight;
    yield* this.waiting;
  }

  push(batch: ProducerBatch): void {
    this.waiting.push(batch);
    this.newest = batch;
  }

  /**
   * The monotonic time from which the first batch may be sent, apart from `retryAt`; Infinity when
   * something else has to happen before.
   *
   * @param hurry whether batches do not wait to be filled
   */
  readyAt(lingerMs: number, hurry: boolean): number {
    const { head } = this;
    if (!head) return Infinity;
    if (this.inFlight.length > 0) {
      if (head.attempts > 0 || this.inFlight[0].attempts > 1) return Infinity;
      if (!this.mayBeFollowed()) return Infinity;
    }
    const mayGrow = head.state === 'open' && !hurry;
    return mayGrow ? head.createdAt + lingerMs : 0;
  }

  /** Whether the numbers of what is in flight allow others to follow. */
  private mayBeFollowed(): boolean {
    const { sequence } = this;
    for (const batch of this.inFlight) {
      if (!batch.signature) return true;
      // Numbered before numbering started anew, it is to arrive first.
      if (!sequence.isKnown || !sequence.isCurrent(batch)) return false;
    }
    return true;
  }

  /** Time of creation of the oldest batch that is not settled; Infinity when there is none. */
  get oldest(): number {
    const flying = this.inFlight.find(({ state }) => state !== 'settled');
    return Math.min(flying?.createdAt ?? Infinity, this.head?.createdAt ?? Infinity);
  }

  /** Whether batches are in flight to another broker, which may still accept them. */
  isFlyingElsewhere(nodeId: number): boolean {
    return this.inFlight.length > 0 && this.flyingTo !== nodeId;
  }

  /** Whether no batch that came before is waiting or in flight. */
  isFirst({ order }: ProducerBatch): boolean {
    for (const other of this.batches()) if (other.order < order) return false;
    return true;
  }

  /** The first batch leaves, for the given broker. */
  take(nodeId: number): ProducerBatch | undefined {
    const batch = this.waiting.shift();
    if (!batch) return undefined;
    batch.state = 'in-flight';
    batch.attempts++;
    this.inFlight.push(batch);
    this.flyingTo = nodeId;
    return batch;
  }

  /** The first batch will not be sent. */
  drop(batch: ProducerBatch): void {
    this.waiting.shift();
    if (this.newest === batch) this.newest = undefined;
  }

  /** A batch is no longer in flight. */
  landed(batch: ProducerBatch): void {
    const at = this.inFlight.indexOf(batch);
    if (at >= 0) this.inFlight.splice(at, 1);
    // Not to keep its buffer from being collected.
    if (this.newest === batch) this.newest = undefined;
  }

  /** Puts batches that were taken back to their place. Their orders are equal. */
  putBack(batches: readonly ProducerBatch[]): void {
    const { order } = batches[0];
    // Parts of an earlier split stand behind the part that comes back.
    let at = this.waiting.findIndex((other) => other.order >= order);
    if (at < 0) at = this.waiting.length;
    for (const batch of batches) batch.state = 'closed';
    this.waiting.splice(at, 0, ...batches);
  }

  /** Takes out the waiting batches created before the given time. */
  takeOlderThan(time: number): ProducerBatch[] {
    const count = this.waiting.findIndex((batch) => batch.createdAt > time);
    return this.waiting.splice(0, count < 0 ? this.waiting.length : count);
  }

  /** Those in flight that were created before the given time. */
  flyingOlderThan(time: number): ProducerBatch[] {
    return this.inFlight.filter(({ createdAt }) => createdAt <= time);
  }
}
