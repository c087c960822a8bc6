import { ANY_VERSION, type ZkOp } from '../multi';
import { ZkError } from '../zk-error';
import { inChunks, pipelined } from './pipelined';
import { retrying } from './retry';
import type { ZnodeWriter } from './znode-writer';
import type { ZooKeeperClient } from './zookeeper-client';

const DELETES_PER_MULTI = 500;

/**
 * Deletes a znode and all below it, children first; what others add meanwhile goes too. Done when
 * the znode is not there, also if it never was. A crash on the way leaves the upper part.
 */
export async function deleteSubtree(
  zk: ZooKeeperClient,
  path: string,
  writer: ZnodeWriter,
): Promise<void> {
  for (;;) {
    const levels = await levelsOf(zk, path);
    if (levels.length === 0) return;
    const doomed = levels.reverse().flat();
    const deletes = doomed.map((one): ZkOp => ({
      type: 'delete',
      path: one,
      version: ANY_VERSION,
    }));
    try {
      for (const chunk of inChunks(deletes, DELETES_PER_MULTI)) await writer.multi(chunk);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE', 'NOT_EMPTY')) throw error;
    }
  }
}

/** The paths of the subtree by depth; none when it is not there. */
async function levelsOf(zk: ZooKeeperClient, root: string): Promise<string[][]> {
  const levels: string[][] = [];
  for (let level = [root]; level.length > 0;) {
    const found = await pipelined(level, (path) => childrenOf(zk, path));
    const present = level.filter((_, index) => found[index] !== null);
    if (present.length > 0) levels.push(present);
    level = level.flatMap((path, index) => (found[index] ?? []).map((name) => `${path}/${name}`));
  }
  return levels;
}

/** Names of the children, or null when the znode is not there. */
export async function childrenOf(zk: ZooKeeperClient, path: string): Promise<string[] | null> {
  try {
    return (await retrying(zk, () => zk.children(path))).children;
  } catch (error) {
    if (ZkError.hasCode(error, 'NO_NODE')) return null;
    throw error;
  }
}
