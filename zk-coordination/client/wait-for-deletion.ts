import { deferred } from '../../client/runtime/deferred';
import type { ZkStat } from '../stat';
import { isRepeatable } from './retry';
import type { ZooKeeperClient } from './zookeeper-client';

/**
 * Waits until a znode is gone or re-created by somebody else, at most so long.
 *
 * @param present the znode as last seen
 * @returns whether it is gone; false when time is up or our session ended first
 */
export async function waitForDeletion(
  zk: ZooKeeperClient,
  path: string,
  present: ZkStat,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = zk.clock.monotonic() + timeoutMs;
  const { generation } = zk;
  while (zk.generation === generation && zk.state !== 'closed' && zk.state !== 'expired') {
    const event = deferred();
    const left = deadline - zk.clock.monotonic();
    const timer = zk.clock.setTimeout(event.resolve, Math.max(0, left));
    const removeListener = zk.onState(() => event.resolve());
    try {
      const stat = await zk.exists(path, () => event.resolve());
      if (stat === null || stat.czxid !== present.czxid) return true;
      if (left <= 0) return false;
      await event.promise;
    } catch (error) {
      if (!isRepeatable(error)) throw error;
      if (left <= 0) return false;
      await event.promise;
    } finally {
      zk.clock.clearTimeout(timer);
      removeListener();
    }
  }
  return false;
}
