import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Starts a program that outlives this process, with both outputs in a file. @returns its pid */
export function spawnDetached(
  program: string,
  args: readonly string[],
  where: { logFile: string; cwd?: string; env: NodeJS.ProcessEnv },
): Promise<number> {
  mkdirSync(dirname(where.logFile), { recursive: true });
  const log = openSync(where.logFile, 'a');
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: where.cwd,
      env: where.env,
    });
    child.on('error', reject);
    child.on('spawn', () => {
      child.unref();
      resolve(child.pid as number);
    });
  }).finally(() => closeSync(log));
}
