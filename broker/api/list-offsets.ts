import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import type { ListOffsets } from '../../client/protocol/messages/list-offsets';
import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ensureCodecsReady } from '../../client/records';
import type { Logger } from '../../client/runtime/logger';
import type { Log, TimestampOffset } from '../log';
import type { Leadership } from '../replication/leadership';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

type PartitionRequest = RequestOf<typeof ListOffsets>['topics'][number]['partitions'][number];
type PartitionResponse = ResponseInput<typeof ListOffsets>['topics'][number]['partitions'][number];

type Found = Pick<TimestampOffset, 'timestamp' | 'offset' | 'leaderEpoch'>;

const UNKNOWN = -1;
const NOTHING: Found = { timestamp: UNKNOWN, offset: UNKNOWN, leaderEpoch: UNKNOWN };
/** Versions before know LEADER_NOT_AVAILABLE only. */
const HAS_OFFSET_NOT_AVAILABLE = 5;

/** Finds offsets among what consumers may see. */
export function listOffsetsHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'partition'>;
  readonly logger: Logger;
}): ApiHandler<typeof ListOffsets> {
  const { replicas, logger } = dependencies;
  return async (request, { apiVersion }) => ({
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async (wanted): Promise<PartitionResponse> => {
            const { partitionIndex, currentLeaderEpoch } = wanted;
            try {
              const leadership = replicas
                .partition(name, partitionIndex)
                .leading(currentLeaderEpoch);
              const found =
                request.replicaId >= 0
                  ? await find(wanted, leadership.log, leadership.log.writtenEndOffset)
                  : await findForClient(wanted, leadership, apiVersion);
              return { partitionIndex, errorCode: 0, ...found };
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

/**
 * Nothing that the previous leader may have shown to clients already may seem not to exist: until
 * this one knows its high watermark, it does not tell the end (KIP-207).
 */
async function findForClient(
  wanted: PartitionRequest,
  leadership: Leadership,
  apiVersion: number,
): Promise<Found> {
  const { log, knowsHighWatermark } = leadership;
  const unavailable = () =>
    new ProtocolError(
      apiVersion >= HAS_OFFSET_NOT_AVAILABLE ? 'OFFSET_NOT_AVAILABLE' : 'LEADER_NOT_AVAILABLE',
    );
  if (wanted.timestamp === OffsetSpec.LATEST && !knowsHighWatermark) throw unavailable();
  const found = await find(wanted, log, log.highWatermark);
  if (found === NOTHING && !knowsHighWatermark) throw unavailable();
  return found;
}

/** @param end where what the asker may see ends */
async function find({ timestamp }: PartitionRequest, log: Log, end: number): Promise<Found> {
  switch (timestamp) {
    case OffsetSpec.LATEST:
      return at(log, end);
    case OffsetSpec.EARLIEST:
      return at(log, log.logStartOffset);
    default: {
      // The record sought may lie in a batch of any codec.
      await ensureCodecsReady();
      const found =
        timestamp === OffsetSpec.MAX_TIMESTAMP
          ? await log.offsetOfMaxTimestamp()
          : await log.offsetForTimestamp(timestamp);
      return found && found.offset < end ? found : NOTHING;
    }
  }
}

function at(log: Log, offset: number): Found {
  const leaderEpoch = log.epochForOffset(offset) ?? log.latestEpoch ?? UNKNOWN;
  return { timestamp: UNKNOWN, offset, leaderEpoch };
}
