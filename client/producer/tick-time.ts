import type { Clock } from '../runtime/clock';

const readsPerLook = 64;

/**
 * The wall-clock time, looked up once per turn of the event loop, and again after some reads in a
 * long turn: asking the system for every record costs more than encoding it.
 */
export class TickTime {
  private value = 0;
  private readsLeft = 0;

  constructor(private readonly clock: Clock) {}

  now(): number {
    if (this.readsLeft-- <= 0) {
      this.value = this.clock.now();
      this.readsLeft = readsPerLook;
    }
    return this.value;
  }

  /** A new turn has begun. */
  expire(): void {
    this.readsLeft = 0;
  }
}
