import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Files and sockets a process has open. */
export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Sets how many it may have; undefined: as many as it ever may. */
export function limitOpenFiles(pid: number, limit: number | undefined): void {
  const ask = (...words: string[]): string =>
    execFileSync('prlimit', ['--pid', String(pid), ...words], { encoding: 'utf8' }).trim();
  const soft = limit ?? ask('--nofile', '--output', 'HARD', '--noheadings');
  ask(`--nofile=${soft}:`);
}
