import { connect } from 'node:net';
import type { ServerAddress } from './library';

/** What a server says of itself: `undefined` when it serves nobody or does not say. */
export interface ServerStatus {
  /** Last transaction it knows. */
  readonly zxid: bigint;
}

/** Asks `srvr`, the four letter word every ZooKeeper allows by default. */
export function askServer(
  server: ServerAddress,
  timeoutMs: number,
): Promise<ServerStatus | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(server);
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on('connect', () => socket.write('srvr'));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(parseServerStatus(answer)));
  });
}

export function parseServerStatus(answer: string): ServerStatus | undefined {
  const zxid = /^Zxid: 0x([0-9a-f]+)$/im.exec(answer)?.[1];
  return zxid === undefined || !/^Mode: /m.test(answer) ? undefined : { zxid: BigInt(`0x${zxid}`) };
}

/**
 * Whether the ensemble has forgotten what it told us: at least one server serves, and all that do
 * know less than we have seen. Its data was wiped or restored from an older copy; it will refuse
 * this session for ever.
 */
export function hasRegressed(
  statuses: readonly (ServerStatus | undefined)[],
  lastZxid: bigint,
): boolean {
  const serving = statuses.filter((status) => status !== undefined);
  return serving.length > 0 && serving.every((status) => status.zxid < lastZxid);
}

/**
 * Notices that for longer than the session timeout no server took us back although some are there
 * to turn us away.
 */
export class Refusals {
  private turnedAway = false;
  private since: number | undefined;

  /** An attempt to connect failed. @returns whether that has become suspicious */
  failed(turnedAway: boolean, now: number, sessionTimeoutMs: number): boolean {
    this.since ??= now;
    this.turnedAway ||= turnedAway;
    return this.turnedAway && now - this.since > sessionTimeoutMs;
  }

  /** Connected, or the suspicion is being looked into: begin again. */
  reset(): void {
    this.turnedAway = false;
    this.since = undefined;
  }
}
