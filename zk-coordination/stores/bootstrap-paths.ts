import { ensurePath } from '../client/ensure-path';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { CONFIG_ENTITY_TYPES } from './config-entity';
import { paths } from './paths';

/** What every broker creates at its start, if it is not there yet (KafkaZkClient). */
export const BOOTSTRAP_PATHS: readonly string[] = [
  paths.consumers,
  paths.brokerIds,
  paths.topics,
  paths.configChanges,
  paths.topicDeletions,
  paths.brokerSequence,
  paths.isrChanges,
  paths.producerIdBlock,
  paths.logDirEvents,
  ...CONFIG_ENTITY_TYPES.map((type) => paths.configs(type)),
];

/** Harmless when repeated, and when brokers do it at the same time. */
export async function createBootstrapPaths(zk: ZooKeeperClient): Promise<void> {
  for (const path of BOOTSTRAP_PATHS) await ensurePath(zk, path);
}
