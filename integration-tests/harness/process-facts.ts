import { readFileSync } from 'node:fs';

/** What the kernel counts of a process (proc(5)). */
export interface ProcessFacts {
  readonly residentMb: number;
  /** Bytes asked for by read calls, of files and sockets, cached or not. */
  readonly bytesRead: number;
  readonly readCalls: number;
  /** On any processor, of the program and of the kernel for it. */
  readonly cpuSeconds: number;
}

/** Of the times in `stat`; Linux has no other on the machines there are. */
const TICKS_PER_SECOND = 100;

export function processFacts(pid: number): ProcessFacts {
  const field = (file: string, name: string) => {
    const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  };
  return {
    residentMb: field('status', 'VmRSS') / 1024,
    bytesRead: field('io', 'rchar'),
    readCalls: field('io', 'syscr'),
    cpuSeconds: cpuTicks(pid) / TICKS_PER_SECOND,
  };
}

function cpuTicks(pid: number): number {
  // The name of the program, in brackets, may have anything in it.
  const [, after = ''] = /\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const fields = after.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
