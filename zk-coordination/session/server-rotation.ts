import type { ServerAddress } from './library';

/** Longest wait between two rounds through the servers, in ms. */
const MAX_PAUSE_MS = 1000;

/**
 * In which order servers are tried: shuffled once, then round and round. A round is tried without
 * a pause; before the next one comes a random wait, so that brokers which lost the ensemble
 * together do not come back together.
 */
export class ServerRotation {
  readonly servers: readonly ServerAddress[];
  private next = 0;
  private tried = 0;

  constructor(
    servers: readonly ServerAddress[],
    private readonly random: () => number,
  ) {
    const shuffled = [...servers];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    this.servers = shuffled;
  }

  /** @returns the server to try and how long to wait before */
  take(sessionTimeoutMs: number): { server: ServerAddress; pauseMs: number } {
    const server = this.servers[this.next % this.servers.length]!;
    this.next = (this.next + 1) % this.servers.length;
    const pause = this.tried > 0 && this.tried % this.servers.length === 0;
    this.tried += 1;
    return {
      server,
      pauseMs: pause ? Math.ceil(this.random() * longestPause(sessionTimeoutMs)) : 0,
    };
  }

  /**
   * A connection ended. Only one that lasted earns a new first round: whatever ends connections as
   * soon as they are made would otherwise be met again without a pause.
   */
  connectionLasted(ms: number, sessionTimeoutMs: number): void {
    if (ms > longestPause(sessionTimeoutMs)) this.tried = 0;
  }
}

function longestPause(sessionTimeoutMs: number): number {
  return Math.min(MAX_PAUSE_MS, sessionTimeoutMs / 6);
}
