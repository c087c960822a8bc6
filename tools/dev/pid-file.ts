import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../client/runtime/clock';
import { delay, systemClock } from '../../client/runtime/clock';
import { processIdentity } from '../../client/runtime/process-identity';

/** How a stop by pid file went. */
export type StopOutcome = 'not-running' | 'stopped' | 'killed';

export interface StopOptions {
  /** How long the process may take to end by itself after SIGTERM, in ms; default 15000. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
}

const POLL_MS = 25;

/**
 * Remembers a running process: its pid on the first line, its identity (start time) on the second,
 * so that a stranger who got the same pid later is never taken for it.
 *
 * @throws Error when there is no such process
 */
export function writePidFile(path: string, pid: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, entryOf(pid));
}

/**
 * Writes the file for this process unless a living process holds it already.
 *
 * @returns the pid of the holder, or `null` when it is now held by this process
 */
export function claimPidFile(path: string, pid: number = process.pid): number | null {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, entryOf(pid), { flag: 'wx' });
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = runningPid(path);
    if (holder !== null) return holder === pid ? null : holder;
    removePidFile(path);
  }
}

/** The pid of the process the file names if that very process lives, else `null`. */
export function runningPid(path: string): number | null {
  const entry = readEntry(path);
  if (entry === null) return null;
  const identity = processIdentity(entry.pid);
  return identity !== null && identity === entry.identity ? entry.pid : null;
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** Ends the process the file names: SIGTERM, then SIGKILL at the deadline. Removes the file. Idempotent. */
export async function stopByPidFile(path: string, options: StopOptions = {}): Promise<StopOutcome> {
  const { deadlineMs = 15_000, clock = systemClock } = options;
  const pid = runningPid(path);
  let outcome: StopOutcome = 'not-running';
  if (pid !== null) {
    outcome = 'stopped';
    signal(pid, 'SIGTERM');
    if (!(await goneWithin(path, deadlineMs, clock))) {
      outcome = 'killed';
      signal(pid, 'SIGKILL');
      await goneWithin(path, deadlineMs, clock);
    }
  }
  removePidFile(path);
  return outcome;
}

async function goneWithin(path: string, ms: number, clock: Clock): Promise<boolean> {
  const end = clock.monotonic() + ms;
  while (runningPid(path) !== null) {
    if (clock.monotonic() >= end) return false;
    await delay(POLL_MS, clock);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function entryOf(pid: number): string {
  const identity = processIdentity(pid);
  if (identity === null) throw new Error(`There is no process ${pid}.`);
  return `${pid}\n${identity}\n`;
}

function readEntry(path: string): { pid: number; identity: string } | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const [first = '', identity = ''] = text.split('\n');
  const pid = Number(first);
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, identity } : null;
}
