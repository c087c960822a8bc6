import type { Clock, TimerHandle } from '../../client/runtime/clock';

/**
 * A quarter of the session timeout for TCP connect and ConnectResponse together, at least 200 ms,
 * so that a stopped server is passed while the session still lives.
 */
export function handshakeTimeoutMs(sessionTimeoutMs: number): number {
  return Math.max(200, sessionTimeoutMs / 4);
}

/** Gives up on a server that accepts the connection but never answers. */
export class HandshakeTimer {
  private handle: TimerHandle | undefined;

  constructor(private readonly clock: Clock) {}

  start(sessionTimeoutMs: number, giveUp: () => void): void {
    this.stop();
    this.handle = this.clock.setTimeout(giveUp, handshakeTimeoutMs(sessionTimeoutMs));
  }

  stop(): void {
    if (this.handle !== undefined) this.clock.clearTimeout(this.handle);
    this.handle = undefined;
  }
}
