import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one with the same pid: when it started. Opaque, equal for the
 * same process only. `null` when there is no such process, or only its corpse (a zombie).
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** /proc/[pid]/stat, proc(5): state is field 3, the start in clock ticks since boot field 22. */
function fromProc(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [afterName[0], afterName[19]];
  if (state === 'Z' || state === 'X') return null;
  return `${bootId()}:${startTicks}`;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function fromPs(pid: number): string | null {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [, state, started] = /^(\S+)\s+(.*)$/.exec(text) ?? [];
    return state === undefined || state.startsWith('Z') ? null : started;
  } catch {
    return null;
  }
}
