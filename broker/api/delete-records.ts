import type { DeleteRecords } from '../../client/protocol/messages/delete-records';
import type { Logger } from '../../client/runtime/logger';
import type { LogManager } from '../log';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

const HIGH_WATERMARK = -1;

/** Raises log starts and remembers them on disk before it answers. */
export function deleteRecordsHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'partition'>;
  readonly logManager: Pick<LogManager, 'checkpointLogStartOffsets'>;
  readonly logger: Logger;
}): ApiHandler<typeof DeleteRecords> {
  const { replicas, logManager, logger } = dependencies;
  return async (request) => {
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        try {
          const log = replicas.partition(name, partitionIndex).leaderLog();
          const before = offset === HIGH_WATERMARK ? log.highWatermark : offset;
          return { partitionIndex, errorCode: 0, lowWatermark: log.deleteRecordsBefore(before) };
        } catch (error) {
          const { errorCode } = responseError(error, logger, 'DeleteRecords');
          return { partitionIndex, errorCode, lowWatermark: -1 };
        }
      }),
    }));
    await logManager.checkpointLogStartOffsets();
    return { topics };
  };
}
