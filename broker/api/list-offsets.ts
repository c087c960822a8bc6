import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import type { ListOffsets } from '../../client/protocol/messages/list-offsets';
import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ensureCodecsReady } from '../../client/records';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type Log, type TimestampOffset } from '../log';
import type { Leadership } from '../replication/leadership';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { offsetsBefore } from './offsets-before';
import { responseError } from './partition-error';

type PartitionRequest = RequestOf<typeof ListOffsets>['topics'][number]['partitions'][number];
type PartitionResponse = ResponseInput<typeof ListOffsets>['topics'][number]['partitions'][number];

/** The version from which on each of the special timestamps has its meaning. */
const SPECIAL_SINCE: ReadonlyMap<number, number> = new Map([
  [OffsetSpec.LATEST, 0],
  [OffsetSpec.EARLIEST, 0],
  [OffsetSpec.MAX_TIMESTAMP, 7],
  [OffsetSpec.EARLIEST_LOCAL, 8],
  [OffsetSpec.LATEST_TIERED, 9],
]);

type Found = Pick<TimestampOffset, 'timestamp' | 'offset' | 'leaderEpoch'>;

const UNKNOWN = -1;
/** The replica id of clients. */
const CONSUMER = -1;
const NOTHING: Found = { timestamp: UNKNOWN, offset: UNKNOWN, leaderEpoch: UNKNOWN };
const NO_TIER: Found = { ...NOTHING };
/** Versions before know LEADER_NOT_AVAILABLE only. */
const HAS_OFFSET_NOT_AVAILABLE = 5;

/** Finds offsets among what consumers may see. */
export function listOffsetsHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'settledPartition'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}): ApiHandler<typeof ListOffsets> {
  const { replicas, clock, logger } = dependencies;
  return async (request, { apiVersion }) => {
    const isTwice = duplicates(request.topics);
    const answer = async (name: string, wanted: PartitionRequest): Promise<PartitionResponse> => {
      const { partitionIndex, currentLeaderEpoch } = wanted;
      try {
        if (apiVersion > 0 && isTwice(name, partitionIndex)) {
          throw new ProtocolError('INVALID_REQUEST');
        }
        assertMeaning(wanted.timestamp, apiVersion);
        const partition = await replicas.settledPartition(name, partitionIndex);
        const leadership = partition.leading(currentLeaderEpoch);
        if (apiVersion === 0) {
          const isClient = request.replicaId === CONSUMER;
          const oldStyleOffsets = oldStyle(wanted, leadership.log, isClient, clock.now());
          return { partitionIndex, errorCode: 0, oldStyleOffsets };
        }
        const found =
          request.replicaId >= 0
            ? await find(wanted, leadership.log, leadership.log.writtenEndOffset)
            : await findForClient(wanted, leadership, apiVersion);
        return { partitionIndex, errorCode: 0, ...found };
      } catch (error) {
        const { errorCode } = responseError(error, logger, 'ListOffsets');
        return { partitionIndex, errorCode };
      }
    };
    return {
      topics: await Promise.all(
        request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(partitions.map((wanted) => answer(name, wanted))),
        })),
      ),
    };
  };
}

/** Tells of each partition whether it is asked about more than once. */
function duplicates(
  topics: RequestOf<typeof ListOffsets>['topics'],
): (topic: string, partition: number) => boolean {
  const counts = new Map<string, number>();
  const nameOf = (topic: string, partition: number) => partitionName({ topic, partition });
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = nameOf(name, partitionIndex);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (topic, partition) => (counts.get(nameOf(topic, partition)) ?? 0) > 1;
}

/** @throws ProtocolError UNSUPPORTED_VERSION for a special timestamp that the version does not know */
function assertMeaning(timestamp: number, apiVersion: number): void {
  if (timestamp >= 0 || apiVersion >= (SPECIAL_SINCE.get(timestamp) ?? Infinity)) return;
  throw new ProtocolError('UNSUPPORTED_VERSION');
}

function oldStyle(
  { timestamp, maxNumOffsets: count }: PartitionRequest,
  log: Log,
  isClient: boolean,
  now: number,
): number[] {
  const end = log.writtenEndOffset;
  const visibleEnd = isClient ? log.highWatermark : end;
  return offsetsBefore(log.segmentStarts(), { timestamp, count, end, visibleEnd, now });
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
    case OffsetSpec.EARLIEST_LOCAL:
      return at(log, log.logStartOffset);
    case OffsetSpec.LATEST_TIERED:
      return NO_TIER;
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
