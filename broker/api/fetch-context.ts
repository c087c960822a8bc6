import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { Fetch } from '../../client/protocol/messages/fetch';
import type {
  FetchedPartition,
  FetchedPartitions,
  FetchedTopic,
  FetchSession,
} from '../replication/fetch-session';
import { NO_SESSION, type FetchSessionCache } from '../replication/fetch-session-cache';

export type FetchRequest = RequestOf<typeof Fetch>;
export type FetchResponse = ResponseInput<typeof Fetch>;
export type FetchPartitionResponse = FetchResponse['responses'][number]['partitions'][number];

/** One partition's answer. */
export interface FetchOutcome extends FetchedTopic {
  readonly response: FetchPartitionResponse;
}

/** What a fetch is about, by its session. */
export interface FetchContext {
  readonly partitions: FetchedPartitions;
  /** Undefined where there is none yet. */
  readonly session?: FetchSession;
  /** The response, once each partition that has news has its answer. */
  respond(outcomes: readonly FetchOutcome[]): FetchResponse;
}

/** Session epoch of a request that asks for a new session. */
const INITIAL_EPOCH = 0;
/** Session epoch of a request that wants none, and ends the one it names. */
const FINAL_EPOCH = -1;

/** What a request is to be understood by. */
export interface FetchContextOptions {
  readonly sessions: FetchSessionCache;
  readonly isFollower: boolean;
  /** How topics are found by their ids; undefined where the request names them (KIP-516). */
  readonly topicNameOf: ((topicId: string) => string | undefined) | undefined;
}

/**
 * Finds out what a request asks for: all it names, or what its session remembers (KIP-227).
 *
 * @returns a response at once when the session is not known, or not where the client believes it is
 */
export function fetchContext(
  request: FetchRequest,
  options: FetchContextOptions,
): FetchContext | FetchResponse {
  const { sessionId, sessionEpoch } = request;
  const { sessions, topicNameOf } = options;
  const isFull = sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH;
  if (isFull) {
    if (sessionId !== NO_SESSION) sessions.remove(sessionId);
    return fullContext(request, options, sessionEpoch === INITIAL_EPOCH);
  }
  const session = sessions.get(sessionId);
  if (!session) return sessionError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  if (session.epoch !== sessionEpoch) return sessionError(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  if (session.usesTopicIds !== (topicNameOf !== undefined)) {
    return sessionError(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
  }
  session.update(partitionsOf(request, topicNameOf), request.forgottenTopicsData);
  if (session.size === 0) {
    sessions.remove(sessionId);
    return fullContext(request, options, false);
  }
  if (topicNameOf) session.resolve(topicNameOf);
  session.begin(sessions.now());
  return incrementalContext(session, sessionEpoch);
}

function fullContext(
  request: FetchRequest,
  { sessions, isFollower, topicNameOf }: FetchContextOptions,
  wantsSession: boolean,
): FetchContext {
  const wanted = partitionsOf(request, topicNameOf);
  return {
    partitions: wanted,
    respond: (outcomes) => {
      let sessionId = NO_SESSION;
      if (wantsSession && wanted.length > 0) {
        const session = sessions.create(isFollower, wanted.length, topicNameOf !== undefined);
        if (session) {
          session.update(wanted, []);
          for (const outcome of outcomes) {
            session.tell(outcome, outcome.response.partitionIndex, outcome.response);
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
    session,
    respond: (outcomes) => {
      if (!session.isLatest(sessionEpoch)) {
        return sessionError(ErrorCode.INVALID_FETCH_SESSION_EPOCH, session.id);
      }
      const news = outcomes.filter((outcome) =>
        session.tell(outcome, outcome.response.partitionIndex, outcome.response),
      );
      return { errorCode: ErrorCode.NONE, sessionId: session.id, responses: byTopic(news) };
    },
  };
}

function sessionError(errorCode: number, sessionId = NO_SESSION): FetchResponse {
  return { errorCode, sessionId, responses: [] };
}

function partitionsOf(
  { topics }: FetchRequest,
  topicNameOf: FetchContextOptions['topicNameOf'],
): FetchedPartition[] {
  const all: FetchedPartition[] = [];
  for (const { topic: given, topicId, partitions } of topics) {
    const topic = topicNameOf ? (topicNameOf(topicId) ?? '') : given;
    for (const wanted of partitions) all.push({ topic, topicId, ...wanted });
  }
  return all;
}

/** In the order of the answers: it is that of the reads. */
function byTopic(outcomes: readonly FetchOutcome[]): FetchResponse['responses'] {
  const responses: FetchResponse['responses'][number][] = [];
  for (const { topic, topicId, response } of outcomes) {
    const last = responses.at(-1);
    if (last?.topic === topic && last.topicId === topicId)
      (last.partitions as FetchPartitionResponse[]).push(response);
    else responses.push({ topic, topicId, partitions: [response] });
  }
  return responses;
}
