import { join } from 'node:path';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { delay } from '../../client/runtime/clock';
import { KafkaClassicError } from '../../client/runtime/error';
import { processIdentity } from '../../client/runtime/process-identity';
import { spawnDetached } from '../dev/spawn-detached';
import { runningPid } from '../dev/pid-file';

const POLL_MS = 20;
const LAST_LINES = 5;

export interface DaemonStart {
  /** Script and arguments for node. */
  readonly args: readonly string[];
  /** The process writes it when it serves. */
  readonly pidFile: string;
  readonly logFolder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts a server in the background and waits until it serves.
 *
 * @returns its pid and where its log is
 * @throws KafkaClassicError with the end of the log when it has ended instead
 */
export async function startDaemon(start: DaemonStart): Promise<{ pid: number; logFile: string }> {
  const logFile = join(start.logFolder, 'server.out');
  const logStart = sizeOf(logFile);
  rmSync(start.pidFile, { force: true });
  const pid = await spawnDetached(process.execPath, start.args, { logFile, env: start.env });
  while (runningPid(start.pidFile) !== pid) {
    if (processIdentity(pid) === null) throw ended(logFile, logStart);
    await delay(POLL_MS);
  }
  return { pid, logFile };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function ended(logFile: string, from: number): KafkaClassicError {
  const lines = readFileSync(logFile).subarray(from).toString().trimEnd().split('\n');
  const last = lines.slice(-LAST_LINES).map((line) => `\n  ${line}`);
  return new KafkaClassicError(`The broker has ended before it could serve:${last.join('')}\n`, {
    code: 'BROKER_START_FAILED',
    retriable: false,
    advice: `Its whole log is in ${logFile}.`,
  });
}
