import { ErrorCode } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Logger } from '../../client/runtime/logger';
import type { Log, LogReadResult } from '../log';
import { divergence } from '../replication/epoch-end';
import type { FetchWaiter } from '../replication/fetch-waiter';
import type { FetchedPartition, FetchedPartitions } from '../replication/fetch-session';
import type { Partition } from '../replication/partition';
import type { PartitionMemory } from '../replication/partition-memory';
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
  /** How many it was about. */
  readonly partitions: number;
  /** Of those whose client does not know all of it already. */
  readonly outcomes: readonly FetchOutcome[];
  readonly bytes: number;
  /** Whether there is something to tell that is not records. */
  readonly isUrgent: boolean;
  /** Whether all of it was looked at in one turn of the event loop, which has not ended. */
  readonly isFresh: boolean;
  readonly buffers: readonly LogReadResult[];
}

/**
 * Reads every partition in the order given, as long as the bounds allow. Of a session of a thousand
 * partitions most have no news: those to which nothing has happened since the last look are passed
 * over, and a look at one that has nothing to tell makes nothing.
 *
 * @param isFirst whether followers are heard: what they ask for is what they have. Not when the same
 *   request reads again after it has waited.
 */
export function readPartitions(
  partitions: FetchedPartitions,
  fetcher: Fetcher,
  isFirst: boolean,
  options: ReadOptions,
): Reading | Promise<Reading> {
  const { replicas, logger, quota } = options;
  const outcomes: FetchOutcome[] = [];
  const buffers: LogReadResult[] = [];
  const cold: Promise<void>[] = [];
  const total = { partitions: 0, bytes: 0, isUrgent: false };
  let budget = options.maxBytes;

  const answer = (wanted: FetchedPartition): FetchPartitionResponse => {
    const response = emptyResponse(wanted.partition);
    outcomes.push({ topic: wanted.topic, topicId: wanted.topicId, response });
    return response;
  };
  const isFollower = fetcher.replicaId >= 0;
  /** Where to read better is thought about anew each time. */
  const mayPassOver = fetcher.preferredReplica === undefined;
  const readOne = (wanted: FetchedPartition) => {
    const { fetchOffset, memory } = wanted;
    const partition = partitionOf(wanted, replicas);
    if (memory && isAheadOf(wanted, partition, fetcher)) {
      memory.isAhead = true;
      return;
    }
    const log = logFor(wanted, partition, fetcher);
    const parting = partingOf(wanted.lastFetchedEpoch, fetchOffset, log, partition, isFollower);
    if (isFirst && isFollower && !parting) partition.recordFetch(fetcher, wanted);
    const preferred = parting ? -1 : (fetcher.preferredReplica?.(partition, fetchOffset) ?? -1);
    const { highWatermark, logStartOffset } = log;
    const end = isFollower ? log.writtenEndOffset : highWatermark;
    const isUrgent = parting !== undefined || preferred >= 0;
    const hasRecords = !isUrgent && end > fetchOffset && !isHeldBack(partition, fetcher, quota);
    if (!isUrgent && !hasRecords && wanted.knows?.(highWatermark, logStartOffset)) {
      if (memory) memory.isSettled = end <= fetchOffset && mayPassOver;
      return;
    }

    const response = answer(wanted);
    response.highWatermark = response.lastStableOffset = highWatermark;
    response.logStartOffset = logStartOffset;
    if (parting) {
      response.divergingEpoch = { epoch: parting.leaderEpoch, endOffset: parting.endOffset };
    } else if (preferred >= 0) {
      response.preferredReadReplica = preferred;
    }
    if (isUrgent) total.isUrgent = true;
    else if (hasRecords) readRecords(wanted, response, log, end);
  };
  const readRecords = (
    wanted: FetchedPartition,
    response: FetchPartitionResponse,
    log: Log,
    end: number,
  ) => {
    const isFirstRead = buffers.length === 0 && cold.length === 0;
    const limit = Math.max(0, Math.min(wanted.partitionMaxBytes, budget));
    if (!isFirstRead && limit === 0) return;
    const take = (result: LogReadResult) => {
      if (result.records.length === 0) return result.release();
      response.records = result.records;
      total.bytes += result.records.length;
      buffers.push(result);
    };
    let result: LogReadResult | Promise<LogReadResult>;
    try {
      result = log.read(wanted.fetchOffset, limit, end, isFirstRead);
    } catch (error) {
      fail(wanted, response, error);
      return;
    }
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

  /** Hears a follower of a partition that has nothing to tell; that itself may make news. */
  const passOver = (wanted: FetchedPartition, memory: PartitionMemory): boolean => {
    if (isFirst && isFollower) partitionOf(wanted, replicas).recordFetch(fetcher, wanted);
    return memory.isQuiet;
  };

  partitions.forEach((wanted) => {
    const { memory } = wanted;
    total.partitions++;
    memory?.forgetLook();
    try {
      if (mayPassOver && memory?.isQuiet && passOver(wanted, memory)) return;
      readOne(wanted);
    } catch (error) {
      memory?.stir();
      fail(wanted, answer(wanted), error);
    }
  });
  const done = (isFresh: boolean): Reading => ({ outcomes, ...total, isFresh, buffers });
  return cold.length === 0 ? done(true) : Promise.all(cold).then(() => done(false));
}

/**
 * Says where the fetcher stands in each partition, to be waited for.
 *
 * @param reading the last look at them
 * @returns false when one of them is not here any more
 */
export function standIn(
  waiter: FetchWaiter,
  partitions: FetchedPartitions,
  fetcher: Fetcher,
  { isFresh }: Reading,
  { replicas, quota }: { replicas: Pick<ReplicaManager, 'find'> } & Pick<ReadOptions, 'quota'>,
): boolean {
  const waitsFor = fetcher.replicaId >= 0 ? 'written' : 'committed';
  let areAllHere = true;
  waiter.begin();
  partitions.forEach(({ topic, partition: index, fetchOffset, currentLeaderEpoch, memory }) => {
    if (memory?.position && waiter.keep(memory.position)) return;
    const partition = replicas.find(topic, index);
    if (!partition) {
      areAllHere = false;
      return;
    }
    const position = waiter.stand(partition, {
      offset: fetchOffset,
      waitsFor,
      leaderEpoch: currentLeaderEpoch < 0 ? partition.leaderEpoch : currentLeaderEpoch,
      isAhead: memory?.isAhead,
      heldBack: isHeldBack(partition, fetcher, quota),
      isSettled: isFresh && memory?.isSettled,
    });
    if (memory) memory.position = position;
  });
  return areAllHere;
}

export function release({ buffers }: Reading): void {
  for (const buffer of buffers) buffer.release();
}

/**
 * Whether a follower has heard of its leader's next epoch before the leader itself. In a session it
 * waits for that instead of asking again, and again, while the leader takes over a thousand
 * partitions; what waits for its acknowledgement would wait for it.
 */
function isAheadOf(
  { currentLeaderEpoch }: FetchedPartition,
  { leaderEpoch }: Partition,
  { replicaId }: Fetcher,
): boolean {
  return replicaId >= 0 && currentLeaderEpoch > leaderEpoch;
}

/** @throws ProtocolError */
function logFor(wanted: FetchedPartition, partition: Partition, fetcher: Fetcher): Log {
  const { currentLeaderEpoch } = wanted;
  const log = fetcher.onlyLeader
    ? partition.leaderLog(currentLeaderEpoch)
    : partition.readableLog(currentLeaderEpoch);
  if (fetcher.replicaId >= 0 && currentLeaderEpoch < 0) {
    throw new ProtocolError('UNKNOWN_LEADER_EPOCH', 'Followers say under which epoch they follow.');
  }
  assertInRange(wanted.fetchOffset, log, partition.isLeader);
  return log;
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
