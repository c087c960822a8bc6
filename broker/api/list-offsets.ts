import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import type { ListOffsets } from '../../client/protocol/messages/list-offsets';
import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import { ensureCodecsReady } from '../../client/records';
import type { Logger } from '../../client/runtime/logger';
import type { Log } from '../log';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

type PartitionRequest = RequestOf<typeof ListOffsets>['topics'][number]['partitions'][number];
type PartitionResponse = ResponseInput<typeof ListOffsets>['topics'][number]['partitions'][number];

const UNKNOWN = -1;

/** Finds offsets among what consumers may see. */
export function listOffsetsHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'partition'>;
  readonly logger: Logger;
}): ApiHandler<typeof ListOffsets> {
  const { replicas, logger } = dependencies;
  return async (request) => ({
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async (wanted): Promise<PartitionResponse> => {
            const { partitionIndex, currentLeaderEpoch } = wanted;
            try {
              const log = replicas.partition(name, partitionIndex).leaderLog(currentLeaderEpoch);
              return { partitionIndex, errorCode: 0, ...(await find(wanted, log)) };
            } catch (error) {
              const { errorCode } = responseError(error, logger, 'ListOffsets');
              return { partitionIndex, errorCode };
            }
          }),
        ),
      })),
    ),
  });
}

async function find({ timestamp }: PartitionRequest, log: Log) {
  switch (timestamp) {
    case OffsetSpec.LATEST:
      return at(log, log.highWatermark);
    case OffsetSpec.EARLIEST:
      return at(log, log.logStartOffset);
    default: {
      // The record sought may lie in a batch of any codec.
      await ensureCodecsReady();
      const found =
        timestamp === OffsetSpec.MAX_TIMESTAMP
          ? await log.offsetOfMaxTimestamp()
          : await log.offsetForTimestamp(timestamp);
      return found && found.offset < log.highWatermark
        ? found
        : { timestamp: UNKNOWN, offset: UNKNOWN, leaderEpoch: UNKNOWN };
    }
  }
}

function at(log: Log, offset: number) {
  const leaderEpoch = log.epochForOffset(offset) ?? log.latestEpoch ?? UNKNOWN;
  return { timestamp: UNKNOWN, offset, leaderEpoch };
}
