import { ZkError } from '../zk-error';
import { type RetryOptions, retrying } from './retry';
import type { ZooKeeperClient } from './zookeeper-client';

/**
 * Makes a persistent znode without data, and its parents as far as they are missing. Harmless when
 * it is there already, whatever it holds.
 */
export async function ensurePath(
  zk: ZooKeeperClient,
  path: string,
  options?: RetryOptions,
): Promise<void> {
  if (path === '/' || path === '') return;
  try {
    await retrying(zk, () => zk.create(path, null), options);
  } catch (error) {
    if (ZkError.hasCode(error, 'NODE_EXISTS')) return;
    if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    await ensurePath(zk, parentOf(path), options);
    await ensurePath(zk, path, options);
  }
}

/** The path without its last element; `/` for those at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}
