import { ErrorCode } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Logger } from '../../client/runtime/logger';
import type { Log, LogReadResult } from '../log';
import { divergence } from '../replication/epoch-end';
import type { FetchPosition } from '../replication/fetch-purgatory';
import type { FetchedPartition } from '../replication/fetch-session';
import type { Partition } from '../replication/partition';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ReplicationQuota } from '../replication/replication-quota';
import type { FetchOutcome, FetchPartitionResponse } from './fetch-context';
import { responseError } from './partition-error';

/** Who fetches. */
export interface Fetcher {
  /** Broker id of a follower, -1 for a consumer. */
  readonly replicaId: number;
  /** Of the follower, -1 when it did not say. */
  readonly brokerEpoch: number;
  /** Whether only the leader may answer: followers, and consumers from before KIP-392. */
  readonly onlyLeader: boolean;
  /** Where it should better read; -1 for here. */
  preferredReplica?(partition: Partition, fetchOffset: number): number;
}

export interface ReadOptions {
  readonly replicas: Pick<ReplicaManager, 'partition' | 'find'>;
  readonly logger: Logger;
  /** Bound of all records together; one whole batch always passes. */
  readonly maxBytes: number;
  /** The throttle of what followers are sent. */
  readonly quota?: Pick<ReplicationQuota, 'isThrottled' | 'isExceeded'> | undefined;
}

/** What one look at the partitions brought. */
export interface Reading {
  readonly outcomes: readonly FetchOutcome[];
  readonly bytes: number;
  /** Whether there is something to tell that is not records. */
  readonly isUrgent: boolean;
  readonly buffers: readonly LogReadResult[];
}

/** Records that may be read. */
interface Readable {
  readonly log: Log;
  readonly end: number;
}

/**
 * Reads every partition in the order given, as long as the bounds allow.
 *
 * @param isFirst whether followers are heard: what they ask for is what they have. Not when the same
 *   request reads again after it has waited.
 */
export function readPartitions(
  partitions: Iterable<FetchedPartition>,
  fetcher: Fetcher,
  isFirst: boolean,
  options: ReadOptions,
): Reading | Promise<Reading> {
  const { replicas, logger, quota } = options;
  const outcomes: FetchOutcome[] = [];
  const buffers: LogReadResult[] = [];
  const cold: Promise<void>[] = [];
  const total = { bytes: 0, isUrgent: false };
  let budget = options.maxBytes;

  const readOne = (wanted: FetchedPartition, response: FetchPartitionResponse) => {
    const partition = partitionOf(wanted, replicas);
    const readable = whatIsReadable(wanted, partition, fetcher, isFirst, response);
    if (!readable) {
      total.isUrgent = true;
      return;
    }
    if (readable.end <= wanted.fetchOffset || isHeldBack(partition, fetcher, quota)) return;
    const isFirstRead = buffers.length === 0 && cold.length === 0;
    const limit = Math.max(0, Math.min(wanted.partitionMaxBytes, budget));
    if (!isFirstRead && limit === 0) return;
    const take = (result: LogReadResult) => {
      if (result.records.length === 0) return result.release();
      response.records = result.records;
      total.bytes += result.records.length;
      buffers.push(result);
    };
    const result = readable.log.read(wanted.fetchOffset, limit, readable.end, isFirstRead);
    if (result instanceof Promise) {
      // What a cold read will bring is not known yet: count its bound.
      budget -= limit;
      cold.push(result.then(take, (error: unknown) => fail(wanted, response, error)));
    } else {
      budget -= result.records.length;
      take(result);
    }
  };
  const fail = (wanted: FetchedPartition, response: FetchPartitionResponse, error: unknown) => {
    total.isUrgent = true;
    response.errorCode = responseError(error, logger, 'Fetch').errorCode;
    response.currentLeader = leaderHint(wanted, response.errorCode, replicas);
  };

  for (const wanted of partitions) {
    const response = emptyResponse(wanted.partition);
    outcomes.push({ topic: wanted.topic, topicId: wanted.topicId, response });
    try {
      readOne(wanted, response);
    } catch (error) {
      fail(wanted, response, error);
    }
  }
  const done = (): Reading => ({ outcomes, ...total, buffers });
  return cold.length === 0 ? done() : Promise.all(cold).then(done);
}

/**
 * Where the fetcher stands in each partition, to be waited for.
 *
 * @returns undefined when one of them is not here any more
 */
export function positionsOf(
  partitions: Iterable<FetchedPartition>,
  fetcher: Fetcher,
  { replicas, quota }: { replicas: Pick<ReplicaManager, 'find'> } & Pick<ReadOptions, 'quota'>,
): FetchPosition[] | undefined {
  const waitsFor = fetcher.replicaId >= 0 ? 'written' : 'committed';
  const positions: FetchPosition[] = [];
  for (const { topic, partition: index, fetchOffset } of partitions) {
    const partition = replicas.find(topic, index);
    if (!partition) return undefined;
    const { leaderEpoch } = partition;
    const heldBack = isHeldBack(partition, fetcher, quota);
    positions.push({ partition, offset: fetchOffset, waitsFor, leaderEpoch, heldBack });
  }
  return positions;
}

export function release({ buffers }: Reading): void {
  for (const buffer of buffers) buffer.release();
}

/**
 * @returns undefined when the response says something else than records: where the logs part, or
 *   where better to read
 * @throws ProtocolError
 */
function whatIsReadable(
  wanted: FetchedPartition,
  partition: Partition,
  fetcher: Fetcher,
  isFirst: boolean,
  response: FetchPartitionResponse,
): Readable | undefined {
  const { currentLeaderEpoch, fetchOffset, lastFetchedEpoch, logStartOffset } = wanted;
  const log = fetcher.onlyLeader
    ? partition.leaderLog(currentLeaderEpoch)
    : partition.readableLog(currentLeaderEpoch);
  const isFollower = fetcher.replicaId >= 0;
  if (isFollower && currentLeaderEpoch < 0) {
    throw new ProtocolError('UNKNOWN_LEADER_EPOCH', 'Followers say under which epoch they follow.');
  }
  assertInRange(fetchOffset, log, partition.isLeader);
  const parting = partingOf(lastFetchedEpoch, fetchOffset, log, partition, isFollower);
  if (isFirst && isFollower && !parting) {
    const { replicaId, brokerEpoch } = fetcher;
    partition.recordFetch({ replicaId, brokerEpoch, fetchOffset, logStartOffset });
  }
  response.highWatermark = response.lastStableOffset = log.highWatermark;
  response.logStartOffset = log.logStartOffset;
  if (parting) {
    response.divergingEpoch = { epoch: parting.leaderEpoch, endOffset: parting.endOffset };
    return undefined;
  }
  const preferred = fetcher.preferredReplica?.(partition, fetchOffset) ?? -1;
  if (preferred >= 0) {
    response.preferredReadReplica = preferred;
    return undefined;
  }
  return { log, end: isFollower ? log.writtenEndOffset : log.highWatermark };
}

/** Whether the throttle leaves a partition out; never for replicas in sync, which would fall out. */
function isHeldBack(
  { topicPartition, isr }: Pick<Partition, 'topicPartition' | 'isr'>,
  { replicaId }: Fetcher,
  quota: ReadOptions['quota'],
): boolean {
  if (replicaId < 0 || !quota || isr.includes(replicaId)) return false;
  return quota.isThrottled(topicPartition) && quota.isExceeded;
}

/** A follower that lacks the offset sends its reader back to the leader (KIP-392). */
function assertInRange(offset: number, log: Log, isLeader: boolean): void {
  const { logStartOffset, logEndOffset } = log;
  if (offset >= logStartOffset && offset <= logEndOffset) return;
  const isAhead = offset > logEndOffset;
  throw new ProtocolError(
    isAhead && !isLeader ? 'OFFSET_NOT_AVAILABLE' : 'OFFSET_OUT_OF_RANGE',
    `Offset ${offset} is not in the log, which holds ${logStartOffset} to ${logEndOffset}.`,
  );
}

function partingOf(
  lastFetchedEpoch: number,
  fetchOffset: number,
  log: Log,
  partition: Partition,
  isFollower: boolean,
) {
  if (lastFetchedEpoch < 0) return undefined;
  if (!isFollower) {
    // What a follower holds above its high watermark may still be cut: nobody parts from it there.
    if (!partition.isLeader && fetchOffset > log.highWatermark) return undefined;
    if (lastFetchedEpoch > (log.latestEpoch ?? -1)) {
      throw new ProtocolError(partition.isLeader ? 'UNKNOWN_LEADER_EPOCH' : 'OFFSET_NOT_AVAILABLE');
    }
  }
  return divergence(log, lastFetchedEpoch, fetchOffset);
}

/** @throws ProtocolError when it is not here, or not of the topic that has the id asked for */
function partitionOf(
  { topic, topicId, partition: index }: FetchedPartition,
  replicas: Pick<ReplicaManager, 'partition'>,
): Partition {
  if (topicId === ZERO_UUID) return replicas.partition(topic, index);
  if (topic === '') throw new ProtocolError('UNKNOWN_TOPIC_ID');
  const partition = replicas.partition(topic, index);
  if (partition.topicId !== topicId) throw new ProtocolError('INCONSISTENT_TOPIC_ID');
  return partition;
}

/** Saves the client a request for metadata. */
function leaderHint(
  { topic, partition: index }: FetchedPartition,
  errorCode: number,
  replicas: Pick<ReplicaManager, 'find'>,
): FetchPartitionResponse['currentLeader'] {
  const { NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH } = ErrorCode;
  if (errorCode !== NOT_LEADER_OR_FOLLOWER && errorCode !== FENCED_LEADER_EPOCH) return undefined;
  const partition = replicas.find(topic, index);
  if (!partition?.isLeader && !partition?.isFollower) return undefined;
  return { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch };
}

const nothing = Buffer.alloc(0);

function emptyResponse(partitionIndex: number): FetchPartitionResponse {
  return {
    partitionIndex,
    errorCode: 0,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    records: nothing,
  };
}
