import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { Fetch } from '../../client/protocol/messages/fetch';
import type { FetchedPartition, FetchSession } from '../replication/fetch-session';
import { NO_SESSION, type FetchSessionCache } from '../replication/fetch-session-cache';

export type FetchRequest = RequestOf<typeof Fetch>;
export type FetchResponse = ResponseInput<typeof Fetch>;
export type FetchPartitionResponse = FetchResponse['responses'][number]['partitions'][number];

/** One partition's answer. */
export interface FetchOutcome {
  readonly topic: string;
  readonly response: FetchPartitionResponse;
}

/** What a fetch is about, by its session. */
export interface FetchContext {
  readonly partitions: Iterable<FetchedPartition>;
  /** The response, once each partition has its answer. */
  respond(outcomes: readonly FetchOutcome[]): FetchResponse;
}

/** Session epoch of a request that asks for a new session. */
const INITIAL_EPOCH = 0;
/** Session epoch of a request that wants none, and ends the one it names. */
const FINAL_EPOCH = -1;

/**
 * Finds out what a request asks for: all it names, or what its session remembers (KIP-227).
 *
 * @returns a response at once when the session is not known, or not where the client believes it is
 */
export function fetchContext(
  request: FetchRequest,
  sessions: FetchSessionCache,
): FetchContext | FetchResponse {
  const { sessionId, sessionEpoch } = request;
  const isFull = sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH;
  if (isFull) {
    if (sessionId !== NO_SESSION) sessions.remove(sessionId);
    return fullContext(request, sessionEpoch === INITIAL_EPOCH ? sessions : undefined);
  }
  const session = sessions.get(sessionId);
  if (!session) return sessionError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  if (session.epoch !== sessionEpoch) return sessionError(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  session.update(partitionsOf(request), request.forgottenTopicsData);
  if (session.size === 0) {
    sessions.remove(sessionId);
    return fullContext(request, undefined);
  }
  session.begin(sessions.now());
  return incrementalContext(session, sessionEpoch);
}

/** @param sessions where a session is to be made; undefined for none */
function fullContext(request: FetchRequest, sessions: FetchSessionCache | undefined): FetchContext {
  const wanted = partitionsOf(request);
  return {
    partitions: wanted,
    respond: (outcomes) => {
      let sessionId = NO_SESSION;
      if (sessions && wanted.length > 0) {
        const session = sessions.create(request.replicaId >= 0, wanted.length);
        if (session) {
          session.update(wanted, []);
          for (const { topic, response } of outcomes) {
            session.tell(topic, response.partitionIndex, response);
          }
          sessionId = session.id;
        }
      }
      return { errorCode: ErrorCode.NONE, sessionId, responses: byTopic(outcomes) };
    },
  };
}

function incrementalContext(session: FetchSession, sessionEpoch: number): FetchContext {
  return {
    partitions: session.partitions,
    respond: (outcomes) => {
      if (!session.isLatest(sessionEpoch)) {
        return sessionError(ErrorCode.INVALID_FETCH_SESSION_EPOCH, session.id);
      }
      const news = outcomes.filter(({ topic, response }) =>
        session.tell(topic, response.partitionIndex, response),
      );
      return { errorCode: ErrorCode.NONE, sessionId: session.id, responses: byTopic(news) };
    },
  };
}

function sessionError(errorCode: number, sessionId = NO_SESSION): FetchResponse {
  return { errorCode, sessionId, responses: [] };
}

function partitionsOf({ topics }: FetchRequest): FetchedPartition[] {
  const all: FetchedPartition[] = [];
  for (const { topic, partitions } of topics) {
    for (const wanted of partitions) all.push({ topic, ...wanted });
  }
  return all;
}

/** In the order of the answers: it is that of the reads. */
function byTopic(outcomes: readonly FetchOutcome[]): FetchResponse['responses'] {
  const responses: FetchResponse['responses'][number][] = [];
  for (const { topic, response } of outcomes) {
    const last = responses.at(-1);
    if (last?.topic === topic) (last.partitions as FetchPartitionResponse[]).push(response);
    else responses.push({ topic, partitions: [response] });
  }
  return responses;
}
