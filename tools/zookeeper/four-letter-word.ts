import { connect } from 'node:net';
import { describeError } from '../../client/runtime/error';
import type { ZookeeperAddress } from './connect-string';

/** What `srvr` tells of a server. */
export interface ServerStatus {
  /** As `3.8.0`; empty when it does not say. */
  readonly version: string;
  /** `standalone`, `leader`, `follower` …; `null` while it serves nobody (no quorum yet). */
  readonly mode: string | null;
}

/**
 * Sends one of ZooKeeper's four-letter commands and returns the whole answer.
 * Only `srvr` is allowed by default (`4lw.commands.whitelist`).
 *
 * @throws Error when nobody listens, or the answer takes longer than `timeoutMs` (default 2000)
 */
export function fourLetterWord(
  { host, port }: ZookeeperAddress,
  word: string,
  timeoutMs = 2000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host, port });
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    socket.on('connect', () => socket.write(word));
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

/** `null` when the answer is none of a ZooKeeper. */
export function parseServerStatus(answer: string): ServerStatus | null {
  const version = /^Zookeeper version: ([^\s,-]+)/m.exec(answer)?.[1];
  const mode = /^Mode: (\S+)/m.exec(answer)?.[1] ?? null;
  if (version !== undefined || mode !== null) return { version: version ?? '', mode };
  return /not currently serving requests/.test(answer) ? { version: '', mode: null } : null;
}

/** @returns what keeps a server from being used, as half a sentence, or `null` when it serves */
export async function serverProblem(address: ZookeeperAddress): Promise<string | null> {
  let answer: string;
  try {
    answer = await fourLetterWord(address, 'srvr');
  } catch (error) {
    return `${address.host}:${address.port} does not answer (${describeError(error)})`;
  }
  // An ensemble that forbids the command is taken at its word: it listens.
  if (/not in the whitelist/.test(answer)) return null;
  const status = parseServerStatus(answer);
  if (status === null) return `${address.host}:${address.port} is no ZooKeeper`;
  return status.mode === null
    ? `${address.host}:${address.port} serves nobody: it has no quorum`
    : null;
}

/** The status of a server, or `null` when there is none or it is no ZooKeeper. */
export async function serverStatus(address: ZookeeperAddress): Promise<ServerStatus | null> {
  try {
    return parseServerStatus(await fourLetterWord(address, 'srvr'));
  } catch {
    return null;
  }
}
