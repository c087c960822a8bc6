import { AdminError, MissingPartitionError } from '../admin';
import { OffsetOutOfRangeError } from '../consumer';
import {
  ClientClosedError,
  ConnectionError,
  NoBrokerReachableError,
  RequestTimeoutError,
  RetriesExhaustedError,
  UnsupportedApiError,
} from '../network';
import { ProduceError, SendError } from '../producer';
import { allApis } from '../protocol/apis';
import { ErrorCode, errorFacts, type ErrorName } from '../protocol/error-codes';
import { KafkaClassicError } from '../runtime/error';
import {
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSOffsetOutOfRange,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
  KafkaJSServerDoesNotSupportApiKey,
  type ProtocolFacts,
} from './errors';

/** Codes that KafkaJS calls by older names of Kafka. */
const olderNames: Partial<Record<ErrorName, string>> = {
  UNKNOWN_SERVER_ERROR: 'UNKNOWN',
  NOT_LEADER_OR_FOLLOWER: 'NOT_LEADER_FOR_PARTITION',
  COORDINATOR_LOAD_IN_PROGRESS: 'GROUP_LOAD_IN_PROGRESS',
  COORDINATOR_NOT_AVAILABLE: 'GROUP_COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR: 'NOT_COORDINATOR_FOR_GROUP',
};

/** How an error code is described in KafkaJS. */
export function protocolFacts(code: string, message: string): ProtocolFacts | undefined {
  if (!(code in ErrorCode)) return undefined;
  const name = code as ErrorName;
  const { retriable } = errorFacts(ErrorCode[name]);
  return { message, type: olderNames[name] ?? name, code: ErrorCode[name], retriable };
}

/** KafkaJS's error for one of ours; its own and foreign ones stay what they are. */
export function translateError(error: unknown): Error {
  if (error instanceof SendError) return afterRetries(error.failed[0].error);
  if (error instanceof RetriesExhaustedError) {
    const { attempts, elapsedMs, cause } = error;
    const last = cause === undefined ? new KafkaJSError(error.message) : translateError(cause);
    return new KafkaJSNumberOfRetriesExceeded(last, {
      retryCount: attempts - 1,
      retryTime: Math.round(elapsedMs),
    });
  }
  if (error instanceof AdminError) return translateError([...error.failures.values()][0]);
  if (error instanceof ProduceError) return translateError(error.cause);
  if (error instanceof OffsetOutOfRangeError) {
    return new KafkaJSOffsetOutOfRange(
      { message: error.message, type: 'OFFSET_OUT_OF_RANGE', code: 1, retriable: false },
      error,
    );
  }
  if (error instanceof ConnectionError) {
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    return new KafkaJSConnectionError(error, { broker: `${error.host}:${error.port}`, code });
  }
  if (error instanceof NoBrokerReachableError) return new KafkaJSConnectionError(error);
  if (error instanceof RequestTimeoutError) {
    return new KafkaJSRequestTimeoutError(error, { broker: `${error.host}:${error.port}` });
  }
  if (error instanceof UnsupportedApiError) {
    const { apiName } = error;
    const apiKey = allApis().find(({ name }) => name === apiName)?.key;
    return new KafkaJSServerDoesNotSupportApiKey(error, { apiKey, apiName });
  }
  return otherError(error);
}

function otherError(error: unknown): Error {
  if (error instanceof ClientClosedError) {
    return new KafkaJSNonRetriableError('The client is disconnected', { cause: error });
  }
  if (KafkaClassicError.is(error)) {
    const facts = protocolFacts(error.code, error.message);
    if (facts && error instanceof MissingPartitionError) {
      return new KafkaJSProtocolError(facts, { retriable: false });
    }
    if (facts) return new KafkaJSProtocolError(facts);
    return new KafkaJSError(error, { retriable: error.retriable, cause: error });
  }
  return error instanceof Error ? error : new KafkaJSNonRetriableError(String(error));
}

/** What a producer gave up after repeating it. */
function afterRetries(error: Error): Error {
  const translated = translateError(error);
  if (!(error instanceof ProduceError) || !(translated instanceof KafkaJSError)) return translated;
  if (!translated.retriable) return translated;
  const retryCount = Math.max(0, error.attempts - 1);
  return new KafkaJSNumberOfRetriesExceeded(translated, { retryCount, retryTime: 0 });
}

/** Runs a call; what it throws is translated. */
export async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateError(error);
  }
}
