import type { ResponseInput } from '../../client/protocol/api';
import type { DeleteRecords } from '../../client/protocol/messages/delete-records';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Logger } from '../../client/runtime/logger';
import type { LogManager } from '../log';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type PartitionResponse = ResponseInput<
  typeof DeleteRecords
>['topics'][number]['partitions'][number];

const HIGH_WATERMARK = -1;

interface DeleteRecordsDependencies {
  readonly replicas: Pick<ReplicaManager, 'settledPartition' | 'deletions'>;
  readonly logManager: Pick<LogManager, 'checkpointLogStartOffsets'>;
  readonly logger: Logger;
}

/**
 * Raises log starts, remembers them on disk, and answers when every live replica has followed or the
 * time is over.
 */
export function deleteRecordsHandler(
  dependencies: DeleteRecordsDependencies,
): ApiHandler<typeof DeleteRecords> {
  return async ({ topics, timeoutMs }) => ({
    topics: await Promise.all(
      topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, offset }): Promise<PartitionResponse> => {
            try {
              const wanted = { name, partitionIndex, offset, timeoutMs };
              return { partitionIndex, ...(await deleteBefore(wanted, dependencies)) };
            } catch (error) {
              const { errorCode } = responseError(error, dependencies.logger, 'DeleteRecords');
              return { partitionIndex, errorCode, lowWatermark: -1 };
            }
          }),
        ),
      })),
    ),
  });
}

async function deleteBefore(
  wanted: { name: string; partitionIndex: number; offset: number; timeoutMs: number },
  { replicas, logManager }: DeleteRecordsDependencies,
): Promise<{ errorCode: number; lowWatermark: number }> {
  const partition = await replicas.settledPartition(wanted.name, wanted.partitionIndex);
  const leadership = partition.leading();
  const { log } = leadership;
  const before = wanted.offset === HIGH_WATERMARK ? log.highWatermark : wanted.offset;
  log.deleteRecordsBefore(before);
  await logManager.checkpointLogStartOffsets();
  const isDone = () => leadership.lowWatermark >= before;
  const isOver = () => isDone() || !partition.isLedBy(leadership);
  await replicas.deletions.wait(partition, isOver, wanted.timeoutMs);
  if (!partition.isLedBy(leadership)) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
  if (!isDone()) throw new ProtocolError('REQUEST_TIMED_OUT');
  return { errorCode: NO_ERROR.errorCode, lowWatermark: leadership.lowWatermark };
}
