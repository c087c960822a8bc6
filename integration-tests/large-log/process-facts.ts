import { readFileSync } from 'node:fs';

/** What the kernel counts of a process (proc(5)). */
export interface ProcessFacts {
  readonly residentMb: number;
  /** Bytes asked for by read calls, of files and sockets, cached or not. */
  readonly bytesRead: number;
  readonly readCalls: number;
}

export function processFacts(pid: number): ProcessFacts {
  const field = (file: string, name: string) => {
    const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  };
  return {
    residentMb: field('status', 'VmRSS') / 1024,
    bytesRead: field('io', 'rchar'),
    readCalls: field('io', 'syscr'),
  };
}
