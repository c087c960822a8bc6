import { ensureCodecsReady } from '../../client/records';
import type { Logger } from '../../client/runtime/logger';
import type { LiveConfigs } from '../config/live-configs';
import { openLogManager, partitionName, type LogManager } from '../log';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { BrokerEdges } from './edges';
import { logManagerConfigOf } from './log-manager-config';
import { logConfigOf } from './topic-log-config';

export interface StorageOptions {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly configs: LiveConfigs;
  readonly metadata: MetadataCache;
  readonly edges: BrokerEdges;
  readonly logger: Logger;
  /** A log directory has failed while the broker runs; what lies in it is offline. */
  onDirectoryFailure(): void;
  /** No log directory is left. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Loads the logs, recovering what needs to be, and keeps their configs current.
 *
 * @throws LogDirectoryError
 */
export async function openStorage(options: StorageOptions): Promise<LogManager> {
  const { brokerId, clusterId, configs, metadata, edges, logger } = options;
  const { clock, fileSystem, random, defer } = edges;
  const logManager = await openLogManager({
    logDirs: configs.broker.logDirs,
    brokerId,
    clusterId,
    configFor: (topic) => logConfigOf(configs.topic(topic)),
    config: logManagerConfigOf(configs.broker, () => configs.broker),
    environment: { clock, fileSystem, random, defer, logger },
    identity: edges.identity(),
    onProgress: ({ logDir, loaded, total }) =>
      logger.info(
        { event: 'logs-loading', logDir, loaded, total },
        `Loaded ${loaded} of ${total} logs in ${logDir}.`,
      ),
    onDirectoryFailure: (logDir, error, partitions) => {
      logger.error(
        { event: 'log-dir-failed', logDir, partitions: partitions.map(partitionName) },
        `Log directory ${logDir} has failed; ${partitions.length} partitions are offline.`,
      );
      options.onDirectoryFailure();
      if (logManager.liveDirs.length === 0) options.onFatal(error);
    },
  });
  keepLogConfigsCurrent(configs, logManager, metadata);
  return logManager;
}

/** Hands changed configs to the logs they concern. */
function keepLogConfigsCurrent(
  configs: LiveConfigs,
  logManager: LogManager,
  metadata: MetadataCache,
): void {
  const update = (topic: string) => {
    const config = logConfigOf(configs.topic(topic));
    // Appends to compacted topics look for keys, in batches of any codec.
    if (config.cleanupPolicy.includes('compact')) void ensureCodecsReady();
    logManager.updateTopicConfig(topic, config);
  };
  configs.onTopicChange(update);
  configs.onBrokerChange(() => {
    for (const { name } of metadata.topics()) update(name);
  });
}
