import { ErrorCode } from '../../client/protocol/error-codes';
import type { DescribeLogDirs } from '../../client/protocol/messages/describe-log-dirs';
import type { LogDirPartition, LogManager } from '../log';
import type { ApiHandler } from './handler';

/** Tells what lies in the log directories of this broker. */
export function describeLogDirsHandler(dependencies: {
  readonly logManager: Pick<LogManager, 'describeLogDirs'>;
}): ApiHandler<typeof DescribeLogDirs> {
  return async (request) => {
    const wanted =
      request.topics &&
      new Map(request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]));
    const dirs = await dependencies.logManager.describeLogDirs();
    return {
      results: dirs.map(({ path, failure, totalBytes, usableBytes, partitions }) => ({
        errorCode: failure ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE,
        logDir: path,
        topics: byTopic(
          partitions.filter(
            ({ topicPartition: { topic, partition } }) =>
              !wanted || wanted.get(topic)?.has(partition),
          ),
        ),
        totalBytes,
        usableBytes,
      })),
    };
  };
}

function byTopic(partitions: readonly LogDirPartition[]) {
  const topics = new Map<string, LogDirPartition[]>();
  for (const partition of partitions) {
    const { topic } = partition.topicPartition;
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return [...topics].map(([name, of]) => ({
    name,
    partitions: of.map(({ topicPartition, sizeInBytes, offsetLag, isFuture, compaction }) => ({
      partitionIndex: topicPartition.partition,
      partitionSize: sizeInBytes,
      offsetLag,
      isFutureKey: isFuture,
      ...(compaction && {
        firstDirtyOffset: compaction.firstDirtyOffset,
        dirtyRatio: compaction.dirtyRatio,
        uncleanable: compaction.uncleanable ?? null,
      }),
    })),
  }));
}
