import {
  admitBatch,
  afterBatch,
  type ProducerState,
  type SequencedBatch,
  type SignedBatch,
} from './producer-state';

/** What to bring back when a queued batch does not reach the file. */
interface Unwritten {
  readonly producerId: number;
  readonly lastOffset: number;
  readonly before: ProducerState | undefined;
}

/**
 * The idempotent producers of a log: what each of them has in it (Kafka's `ProducerStateManager`).
 *
 * Batches count from the moment they are queued, so that the next one is judged by them; those that
 * turn out not to be writable are taken back.
 */
export class ProducerStateManager {
  private readonly states: Map<number, ProducerState>;
  private unwritten: Unwritten[] = [];

  /** @param now the monotonic clock */
  constructor(
    private readonly now: () => number,
    states: Iterable<ProducerState> = [],
  ) {
    this.states = new Map();
    this.replace(states);
  }

  get size(): number {
    return this.states.size;
  }

  all(): Iterable<ProducerState> {
    return this.states.values();
  }

  get(producerId: number): ProducerState | undefined {
    return this.states.get(producerId);
  }

  /** See {@link admitBatch}. */
  admit(batch: SignedBatch): SequencedBatch | undefined {
    return admitBatch(this.states.get(batch.producerId), batch);
  }

  /** A batch with a producer id has its offsets and is queued. */
  queued(batch: SignedBatch): void {
    const { producerId, lastOffset } = batch;
    const before = this.states.get(producerId);
    this.unwritten.push({ producerId, lastOffset, before });
    this.states.set(producerId, afterBatch(before, batch, this.now()));
  }

  /** Everything below an offset has reached the file. */
  written(fileEnd: number): void {
    if (this.unwritten.length === 0) return;
    const left = this.unwritten.findIndex(({ lastOffset }) => lastOffset >= fileEnd);
    if (left < 0) this.unwritten = [];
    else this.unwritten.splice(0, left);
  }

  /** What was queued from an offset on is not in the log after all. */
  takeBack(fileEnd: number): void {
    for (;;) {
      const last = this.unwritten.at(-1);
      if (!last || last.lastOffset < fileEnd) break;
      this.unwritten.pop();
      if (last.before) this.states.set(last.producerId, last.before);
      else this.states.delete(last.producerId);
    }
    this.unwritten = [];
  }

  /** Whether some producer has a batch that reaches an offset. */
  reaches(offset: number): boolean {
    for (const { batches } of this.states.values()) {
      if ((batches.at(-1)?.lastOffset ?? -1) >= offset) return true;
    }
    return false;
  }

  /** The log is another one: it was cut, or started anew. Nothing is queued. */
  replace(states: Iterable<ProducerState>): void {
    this.unwritten = [];
    this.states.clear();
    for (const state of states) this.states.set(state.producerId, state);
  }

  /** Forgets producers that have been idle for so many milliseconds; returns how many. */
  expire(idleMs: number): number {
    const before = this.now() - idleMs;
    let expired = 0;
    for (const { producerId, lastSeenAt } of this.states.values()) {
      if (lastSeenAt > before) continue;
      this.states.delete(producerId);
      expired++;
    }
    return expired;
  }
}
