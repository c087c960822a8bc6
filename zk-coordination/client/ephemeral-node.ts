import { ANY_VERSION } from '../multi';
import type { ZkStat } from '../stat';
import { ZkError } from '../zk-error';
import { type RetryOptions, settledWrite } from './retry';
import { find, sameBytes, statOf } from './znode-writer';
import type { ZooKeeperClient } from './zookeeper-client';

/**
 * Creates an ephemeral znode and returns its stat, in one round trip: a multi of create and set,
 * because a create alone brings no stat (Kafka's `CheckedEphemeral`). A znode that our session owns
 * already counts as created; its data is brought up to date.
 *
 * @throws ZkError NODE_EXISTS when another session owns it, NO_NODE without the parent
 */
export async function createEphemeral(
  zk: ZooKeeperClient,
  path: string,
  data: Buffer,
  options?: RetryOptions,
): Promise<ZkStat> {
  const create = async (): Promise<ZkStat> => {
    const results = await zk.multi([
      { type: 'create', path, data, ephemeral: true },
      { type: 'set', path, data, version: ANY_VERSION },
    ]);
    return statOf(results[1]);
  };
  const ours = async (): Promise<ZkStat | undefined> => {
    const node = await find(zk, path);
    if (node === null || node.stat.ephemeralOwner !== zk.sessionId) return undefined;
    return sameBytes(node.data, data) ? node.stat : zk.set(path, data, ANY_VERSION);
  };
  try {
    return await settledWrite(zk, path, create, ours, options);
  } catch (error) {
    if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    const stat = await ours();
    if (stat === undefined) throw error;
    return stat;
  }
}
