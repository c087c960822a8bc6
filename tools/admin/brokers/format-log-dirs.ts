import type { BrokerLogDirs } from '../../../client/admin';

/**
 * The JSON line of kafka-log-dirs, in the shape of Kafka's LogDirsCommand, which knows nothing of
 * `compaction`: compacted partitions have it.
 *
 * @param topics those asked for; empty for all
 */
export function formatLogDirs(
  brokers: readonly BrokerLogDirs[],
  topics: ReadonlySet<string>,
): string {
  return JSON.stringify({
    version: 1,
    brokers: brokers.map(({ brokerId, logDirs }) => ({
      broker: brokerId,
      logDirs: logDirs.map(({ path, error, replicas }) => ({
        logDir: path,
        error: error?.code ?? null,
        partitions: replicas
          .filter(({ topic }) => topics.size === 0 || topics.has(topic))
          .map(({ topic, partition, size, offsetLag, isFuture, compaction }) => ({
            partition: `${topic}-${partition}`,
            size,
            offsetLag,
            isFuture,
            compaction,
          })),
      })),
    })),
  });
}
