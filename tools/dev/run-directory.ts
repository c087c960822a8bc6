import { join } from 'node:path';
import { tmpdir, userInfo } from 'node:os';
import { mkdirSync, readdirSync } from 'node:fs';

/**
 * Where the start scripts note what they started, for the stop scripts:
 * `$KAFKA_CLASSIC_RUN_DIR`, else a folder of this user that does not survive a reboot.
 */
export function runDirectory(env: NodeJS.ProcessEnv): string {
  if (env.KAFKA_CLASSIC_RUN_DIR) return env.KAFKA_CLASSIC_RUN_DIR;
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'kafka-classic');
  return join(tmpdir(), `kafka-classic-${userInfo().username}`);
}

/** The pid file of one more server of this kind, e.g. `zookeeper` on port 2181. */
export function runPidFile(env: NodeJS.ProcessEnv, kind: string, name: string | number): string {
  const folder = runDirectory(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${kind}-${name}.pid`);
}

/** All pid files of this kind, whether their processes live or not. */
export function runPidFiles(env: NodeJS.ProcessEnv, kind: string): string[] {
  const folder = runDirectory(env);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.pid'))
    .sort()
    .map((name) => join(folder, name));
}
