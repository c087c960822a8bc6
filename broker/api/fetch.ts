import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { Fetch } from '../../client/protocol/messages/fetch';
import { deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';
import type { LogReadResult } from '../log';
import type { FetchPosition } from '../replication/fetch-purgatory';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler, RequestContext } from './handler';
import { responseError } from './partition-error';

type FetchRequest = RequestOf<typeof Fetch>;
type FetchResponse = ResponseInput<typeof Fetch>;
type PartitionRequest = FetchRequest['topics'][number]['partitions'][number];
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];

export interface FetchDependencies {
  readonly replicas: Pick<ReplicaManager, 'partition' | 'purgatory'>;
  readonly logger: Logger;
  /** `fetch.max.bytes`: bound of one response, whatever the client asks for. */
  readonly maxBytes: number;
  /** Told of the bytes handed out. */
  onFetched?(topic: string, bytes: number): void;
}

/** What one look at the partitions brought. */
interface Reading {
  readonly response: FetchResponse;
  readonly bytes: number;
  readonly failed: boolean;
  readonly buffers: readonly LogReadResult[];
}

/**
 * Reads whole batches below the high watermark. When there are fewer than minBytes of them the
 * request waits in the purgatory, then reads again.
 */
export function fetchHandler(dependencies: FetchDependencies): ApiHandler<typeof Fetch> {
  const { replicas } = dependencies;

  return (request, context) => {
    // Fetch sessions are never granted, so nobody can continue one (KIP-227).
    if (request.sessionId !== 0 && request.sessionEpoch > 0) {
      return { errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND, responses: [] };
    }
    const reading = read(request, dependencies);
    return reading instanceof Promise
      ? reading.then((done) => answerOrWait(done, request, context))
      : answerOrWait(reading, request, context);
  };

  function answerOrWait(
    reading: Reading,
    request: FetchRequest,
    context: RequestContext,
  ): FetchResponse | Promise<FetchResponse> {
    const enough = reading.bytes >= request.minBytes || reading.failed || request.maxWaitMs <= 0;
    if (enough || request.topics.length === 0) return answer(reading, context);
    release(reading);
    return waitAndReadAgain(request, context);
  }

  async function waitAndReadAgain(
    request: FetchRequest,
    context: RequestContext,
  ): Promise<FetchResponse> {
    const ready = deferred();
    replicas.purgatory.wait(
      positionsOf(request, replicas),
      request.minBytes,
      request.maxWaitMs,
      ready.resolve,
    );
    await ready.promise;
    return answer(await read(request, dependencies), context);
  }

  function answer(reading: Reading, context: RequestContext): FetchResponse {
    if (reading.buffers.length > 0) context.onSent(() => release(reading));
    if (dependencies.onFetched) {
      for (const { topic, partitions } of reading.response.responses) {
        for (const { records } of partitions) {
          if (records && records.length > 0) dependencies.onFetched(topic, records.length);
        }
      }
    }
    return reading.response;
  }
}

function release(reading: Reading): void {
  for (const buffer of reading.buffers) buffer.release();
}

/** Reads every partition in the order asked, as long as the bounds allow. */
function read(request: FetchRequest, dependencies: FetchDependencies): Reading | Promise<Reading> {
  const { replicas, logger } = dependencies;
  const buffers: LogReadResult[] = [];
  const cold: Promise<void>[] = [];
  const outcome = { bytes: 0, failed: false };
  let budget = Math.min(request.maxBytes, dependencies.maxBytes);

  const responses = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((wanted) => {
      const response = emptyResponse(wanted.partition);
      const fail = (error: unknown) => {
        outcome.failed = true;
        response.errorCode = responseError(error, logger, 'Fetch').errorCode;
      };
      try {
        const partition = replicas.partition(topic, wanted.partition);
        const log = partition.leaderLog(wanted.currentLeaderEpoch);
        response.highWatermark = response.lastStableOffset = log.highWatermark;
        response.logStartOffset = log.logStartOffset;
        if (isDiverging(wanted, log, response)) {
          outcome.failed = true;
          return response;
        }
        const first = buffers.length === 0 && cold.length === 0;
        const limit = Math.max(0, Math.min(wanted.partitionMaxBytes, budget));
        if (!first && limit === 0) return response;
        const take = (result: LogReadResult) => {
          if (result.records.length === 0) return result.release();
          response.records = result.records;
          outcome.bytes += result.records.length;
          buffers.push(result);
        };
        const result = log.read(wanted.fetchOffset, limit, log.highWatermark, first);
        if (result instanceof Promise) {
          // What a cold read will bring is not known yet: count its bound.
          budget -= limit;
          cold.push(result.then(take, fail));
        } else {
          budget -= result.records.length;
          take(result);
        }
      } catch (error) {
        fail(error);
      }
      return response;
    }),
  }));

  const done = (): Reading => ({ response: { responses }, ...outcome, buffers });
  return cold.length === 0 ? done() : Promise.all(cold).then(done);
}

function emptyResponse(partitionIndex: number): PartitionResponse {
  return {
    partitionIndex,
    errorCode: 0,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    records: Buffer.alloc(0),
  };
}

/** KIP-595: tells a reader whose last epoch ends earlier here where its log and this one part. */
function isDiverging(
  wanted: PartitionRequest,
  log: ReturnType<ReturnType<ReplicaManager['partition']>['leaderLog']>,
  response: PartitionResponse,
): boolean {
  if (wanted.lastFetchedEpoch < 0) return false;
  const end = log.epochEndOffset(wanted.lastFetchedEpoch);
  if (
    !end ||
    (end.leaderEpoch === wanted.lastFetchedEpoch && end.endOffset >= wanted.fetchOffset)
  ) {
    return false;
  }
  response.divergingEpoch = { epoch: end.leaderEpoch, endOffset: end.endOffset };
  return true;
}

/** Where the request stands in each partition that can be waited for. */
function positionsOf(
  request: FetchRequest,
  replicas: Pick<ReplicaManager, 'partition'>,
): FetchPosition[] {
  const positions: FetchPosition[] = [];
  for (const { topic, partitions } of request.topics) {
    for (const { partition, fetchOffset } of partitions) {
      positions.push({ partition: replicas.partition(topic, partition), offset: fetchOffset });
    }
  }
  return positions;
}
