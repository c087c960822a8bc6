import type { Clock } from '../../client/runtime/clock';
import { KafkaClassicError } from '../../client/runtime/error';

/** Somebody asked to act with authority while the ensemble may already have given it to others. */
export class LeaseLostError extends KafkaClassicError {
  constructor(what: string) {
    super(`${what} refused: the ZooKeeper session may have expired unnoticed.`, {
      code: 'ZK_LEASE_LOST',
      retriable: true,
      advice: 'Wait for the connection to ZooKeeper to come back, or ask another broker.',
    });
  }
}

/**
 * The right to act on what the session holds (R2). It runs out on the monotonic clock before the
 * ensemble can expire the session, so a process that was paused fails it before it sees any socket
 * event. A lost lease does not end the session; an answer from the ensemble renews it.
 */
export class Lease {
  /** @param until monotonic time until which the session is certain, 0 for none */
  constructor(
    private readonly until: () => number,
    private readonly clock: Clock,
  ) {}

  /** Cheap; ask it before every act of authority. */
  isHeld(): boolean {
    return this.until() > this.clock.monotonic();
  }

  /** Milliseconds left, 0 when not held. */
  remainingMs(): number {
    return Math.max(0, this.until() - this.clock.monotonic());
  }

  /**
   * @param what the act, for the message
   * @throws LeaseLostError when not held
   */
  assertHeld(what = 'The act'): void {
    if (!this.isHeld()) throw new LeaseLostError(what);
  }
}
