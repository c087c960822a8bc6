import { BrokerIdStore, type ZooKeeperClient } from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import { storedBrokerId, type FileSystem } from '../log';

/**
 * The id of this broker: the configured one, else the one its log directories hold, else a new one
 * from ZooKeeper.
 */
export async function resolveBrokerId(
  config: BrokerConfig,
  zk: ZooKeeperClient,
  fileSystem: FileSystem,
): Promise<number> {
  const configured = config.get('broker.id');
  if (configured >= 0) return configured;
  const stored = await storedBrokerId(fileSystem, config.logDirs);
  return stored ?? new BrokerIdStore(zk).generate(config.get('reserved.broker.max.id'));
}
