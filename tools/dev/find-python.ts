import type { FindOptions } from '../zookeeper/find-zookeeper';
import { aptRights, installDebianPackages } from './debian-packages';
import { findProgram, isExecutable } from './find-program';
import { runProgram } from './run-program';

const SYSTEM_PYTHON = '/usr/bin/python3';
const PACKAGES = ['python3', 'python3-msgpack'];

/**
 * A Python 3 that has msgpack, installing Debian's when that is possible: `$KAFKA_CLASSIC_PYTHON`,
 * `python3` on the path, the system's.
 *
 * @returns its path, or `null` when there is none and none could be installed
 */
export async function findPython({ env, report }: FindOptions): Promise<string | null> {
  const found = await firstUsable(env);
  if (found !== null) return found;
  const rights = await aptRights(env);
  if (rights === null) return null;
  report(`Installing ${PACKAGES.join(' and ')} with apt-get.`);
  try {
    await installDebianPackages(PACKAGES, { rights, env, report });
  } catch (error) {
    report(String(error));
    return null;
  }
  return firstUsable(env);
}

async function firstUsable(env: NodeJS.ProcessEnv): Promise<string | null> {
  const candidates = [env.KAFKA_CLASSIC_PYTHON, findProgram('python3', env), SYSTEM_PYTHON];
  for (const python of new Set(candidates)) {
    if (!python || !isExecutable(python)) continue;
    const tried = await runProgram(python, ['-c', 'import msgpack'], { env, timeoutMs: 20_000 });
    if (tried.code === 0) return python;
  }
  return null;
}
