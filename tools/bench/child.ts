import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A server of the bench in a process of its own. */
export interface BenchChild {
  readonly port: number;
  readonly pid: number;
  stop(): void;
}

/** Starts a script of this folder; it sends its port when it listens. */
export function startChild(script: string, args: readonly string[] = []): Promise<BenchChild> {
  const child: ChildProcess = fork(join(__dirname, `${script}.js`), args);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with code ${code}.`)));
    child.once('message', (port) =>
      resolve({
        port: port as number,
        pid: child.pid as number,
        stop: () => {
          child.removeAllListeners('exit');
          child.kill('SIGKILL');
        },
      }),
    );
  });
}

/** As {@link startChild}, for as long as something lasts. */
export async function withChild<T>(
  script: string,
  args: readonly string[],
  use: (child: BenchChild) => Promise<T>,
): Promise<T> {
  const child = await startChild(script, args);
  try {
    return await use(child);
  } finally {
    child.stop();
  }
}

/** Resident memory of a process in bytes, where the system tells (Linux). */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) * 1024;
}

/** Of these, what the process does not share: all but the pages of Node's own program and libraries. */
export function ownBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? NaN) * 1024;
}

/** CPU time a process has used, in seconds, where the system tells (Linux). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces; what counts comes after it, in hundredths of a second.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
