import type { Clock, TimerHandle } from '../../../client/runtime/clock';
import { EventHeap, type SimEvent } from './event-heap';

/** The real one, whatever stands in its place while a simulation runs. */
const realImmediate = setImmediate;
/** Steps asked of the real event loop at once; between any two of them promises get their turn. */
const STEPS_PER_ROUND = 64;
/** More steps than this at one moment of virtual time: something goes round in circles. */
const LIVELOCK_STEPS = 200_000;

/** What virtual time begins at, in milliseconds since the epoch. */
const EPOCH = 1_700_000_000_000;

/**
 * Virtual time and the one event loop of a simulation.
 *
 * One thing happens at a time: a callback of `setImmediate` where one waits, else the next event.
 * Promises and ticks that follow from it run to their end before the next thing happens, so time
 * moves only when nothing is left to do.
 */
export class World {
  private time = 0;
  private order = 0;
  private readonly heap = new EventHeap();
  private immediates: (() => void)[] = [];
  private nextImmediate = 0;
  private stepsAtThisTime = 0;
  private stepsTaken = 0;

  /** The world's own time; nothing stops it. */
  readonly clock: Clock = {
    now: () => EPOCH + Math.floor(this.time),
    monotonic: () => this.time,
    setTimeout: (callback, ms) => this.after(Math.max(0, ms), callback),
    clearTimeout: (handle) => this.cancel(handle),
  };

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.time;
  }

  /** For measurements. */
  get steps(): number {
    return this.stepsTaken;
  }

  /** @param ms from now */
  after(ms: number, happen: () => void): SimEvent {
    const event = { at: this.time + ms, order: this.order++, happen };
    this.heap.push(event);
    return event;
  }

  cancel(event: TimerHandle): void {
    if (event) (event as SimEvent).happen = undefined;
  }

  /** Takes the place of `setImmediate`. */
  readonly immediate = (callback: () => void): void => {
    this.immediates.push(callback);
  };

  /**
   * Lets things happen until the given time, or until the condition holds; it is asked after every
   * event.
   *
   * @returns whether the condition held
   * @throws what a callback throws
   */
  run(until: number, condition: () => boolean = () => false): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let over = false;
      const step = () => {
        if (over) return;
        try {
          // A condition holds only when all that follows from the last event has happened.
          const met = this.nextImmediate === this.immediates.length && condition();
          if (!met && this.step(until)) return;
          over = true;
          resolve(met);
        } catch (error) {
          over = true;
          reject(error as Error);
        }
      };
      const round = () => {
        for (let i = 1; i < STEPS_PER_ROUND; i++) realImmediate(step);
        realImmediate(() => {
          step();
          if (!over) round();
        });
      };
      round();
    });
  }

  /** @returns false when nothing is left to happen until then */
  private step(until: number): boolean {
    this.stepsTaken++;
    if (++this.stepsAtThisTime > LIVELOCK_STEPS) {
      throw new Error(`Time stands still at ${this.time} ms: something goes round in circles.`);
    }
    if (this.nextImmediate < this.immediates.length) {
      const callback = this.immediates[this.nextImmediate++]!;
      if (this.nextImmediate === this.immediates.length) {
        this.immediates = [];
        this.nextImmediate = 0;
      }
      callback();
      return true;
    }
    const next = this.heap.peek();
    if (!next || next.at > until) {
      this.moveTo(until);
      return false;
    }
    this.heap.pop();
    this.moveTo(next.at);
    const { happen } = next;
    next.happen = undefined;
    happen!();
    return true;
  }

  private moveTo(time: number): void {
    if (time <= this.time) return;
    this.time = time;
    this.stepsAtThisTime = 0;
  }
}
