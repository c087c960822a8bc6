import type { Clock } from '../../client/runtime/clock';

interface Parcel {
  readonly isEvent: boolean;
  readonly deliver: () => void;
}

/**
 * One direction of a connection: delivers in the order of sending, one at a time. Between two
 * deliveries every promise gets its turn, so whoever awaits a reply has acted on it before the event
 * behind it arrives, as it would be with callbacks.
 */
export class Wire {
  private readonly queue: Parcel[] = [];
  /** Parcels whose travelling time is over. */
  private arrived = 0;
  private holding = false;
  private dead = false;
  private delivering = false;

  constructor(
    private readonly clock: Clock,
    private readonly latencyMs: () => number,
  ) {}

  send(deliver: () => void, isEvent = false): void {
    if (this.dead) return;
    this.queue.push({ isEvent, deliver });
    const arrive = () => {
      this.arrived++;
      this.schedule();
    };
    const ms = this.latencyMs();
    if (ms === 0) arrive();
    else this.clock.setTimeout(arrive, ms);
  }

  /** Keeps watch events back, and with them whatever was sent behind them. */
  holdEvents(hold: boolean): void {
    this.holding = hold;
    this.schedule();
  }

  /** What is under way is lost; nothing is delivered any more. */
  cut(): void {
    this.dead = true;
    this.queue.length = 0;
  }

  private schedule(): void {
    if (this.delivering || !this.next()) return;
    this.delivering = true;
    // A tick alone would come before the promises that the last delivery settled.
    queueMicrotask(() => process.nextTick(() => this.deliverNext()));
  }

  private deliverNext(): void {
    this.delivering = false;
    const parcel = this.next();
    if (!parcel) return;
    this.arrived--;
    this.queue.shift();
    parcel.deliver();
    this.schedule();
  }

  private next(): Parcel | undefined {
    const first = this.queue[0];
    if (!first || this.arrived === 0 || (this.holding && first.isEvent)) return undefined;
    return first;
  }
}
