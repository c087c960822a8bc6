import { ClientOptionsError } from '../network';
import {
  resolveGroupOptions,
  type GroupOptions,
  type ResolvedGroupOptions,
} from './group/group-options';

/** Where to begin when there is no position, or none that the partition still has. */
export type AutoOffsetReset = 'latest' | 'earliest' | 'none';

/** Whether records of transactions that are open or were aborted are read. */
export type IsolationLevel = 'read_uncommitted' | 'read_committed';

/** Options of a consumer, under Kafka's names. */
export interface ConsumerOptions extends GroupOptions {
  /** Bytes that a broker collects before it answers, up to `fetchMaxWaitMs`. Default 1. */
  fetchMinBytes?: number;
  /**
   * Bytes of one response at most. A first batch that is larger comes nevertheless.
   * Default 52428800 (50 MiB).
   */
  fetchMaxBytes?: number;
  /**
   * Bytes of one partition in one response at most; a first batch that is larger comes
   * nevertheless. A partition is asked for as long as it holds no more than this, so it keeps up to
   * twice as much. Default 1048576 (1 MiB).
   */
  maxPartitionFetchBytes?: number;
  /**
   * Milliseconds that a broker waits for `fetchMinBytes` at most. A partition that is assigned,
   * sought or resumed while its broker waits for others is first asked for afterwards. Default 500.
   */
  fetchMaxWaitMs?: number;
  /** Records of one `poll` at most. Default 500. */
  maxPollRecords?: number;
  /**
   * Where to begin without a position, and where to go on when the position is no longer in the
   * partition. When a new leader lacks records that were read, reading goes on where its log parts
   * from them, if that can be told. `'none'`: then reading fails with an error. Default `'latest'`.
   */
  autoOffsetReset?: AutoOffsetReset;
  /** Default `'read_uncommitted'`. */
  isolationLevel?: IsolationLevel;
  /** Whether the checksum of each batch is checked before its records are handed out. Default true. */
  checkCrcs?: boolean;
  /**
   * Rack of this consumer, so that a replica nearby may serve it (KIP-392): where the leader sends
   * it, for as long as `metadataMaxAge`, or until that replica fails. Default none.
   */
  clientRack?: string;
  /**
   * Bytes fetched ahead and not yet handed out, as they were fetched (still compressed), of all
   * partitions together; a single batch may exceed it. Default 33554432 (32 MiB).
   */
  maxBufferedBytes?: number;
  /** Milliseconds to wait for a response; more than `fetchMaxWaitMs`. Default 30000. */
  requestTimeoutMs?: number;
  /** Wait before a failed fetch is repeated, in milliseconds; doubles each time. Default 100. */
  retryBackoffMs?: number;
  /** Longest wait before a repetition, in milliseconds. Default 1000. */
  retryBackoffMaxMs?: number;
  /** Whether a missing topic may be created, if the brokers are set to. Default true. */
  allowAutoTopicCreation?: boolean;
}

/** Options with nothing left open. */
export type ResolvedConsumerOptions = Required<Omit<ConsumerOptions, keyof GroupOptions>> & {
  /** Undefined without a group. */
  readonly group: ResolvedGroupOptions | undefined;
};

const numberDefaults = {
  fetchMinBytes: 1,
  fetchMaxBytes: 50 * 1024 * 1024,
  maxPartitionFetchBytes: 1024 * 1024,
  fetchMaxWaitMs: 500,
  maxPollRecords: 500,
  maxBufferedBytes: 32 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1000,
};

type NumberName = keyof typeof numberDefaults;

const mayBeZero: readonly NumberName[] = [
  'fetchMinBytes',
  'fetchMaxWaitMs',
  'retryBackoffMs',
  'retryBackoffMaxMs',
];

/** What a request can carry in an int32. */
const LARGEST = 0x7fff_ffff;

/**
 * Fills in the defaults.
 *
 * @throws ClientOptionsError when an option makes no sense
 */
export function resolveConsumerOptions(options: ConsumerOptions): ResolvedConsumerOptions {
  const numbers = { ...numberDefaults };
  for (const name of Object.keys(numberDefaults) as NumberName[]) {
    const value = options[name] ?? numberDefaults[name];
    const least = mayBeZero.includes(name) ? 0 : 1;
    if (!Number.isInteger(value) || value < least || value > LARGEST) {
      refuse(name, value, `a whole number from ${least} to ${LARGEST}`);
    }
    numbers[name] = value;
  }
  if (numbers.fetchMaxWaitMs >= numbers.requestTimeoutMs) {
    refuse('requestTimeoutMs', numbers.requestTimeoutMs, 'more than fetchMaxWaitMs');
  }
  const { autoOffsetReset = 'latest', isolationLevel = 'read_uncommitted' } = options;
  if (!['latest', 'earliest', 'none'].includes(autoOffsetReset)) {
    refuse('autoOffsetReset', autoOffsetReset, "'latest', 'earliest' or 'none'");
  }
  if (!['read_uncommitted', 'read_committed'].includes(isolationLevel)) {
    refuse('isolationLevel', isolationLevel, "'read_uncommitted' or 'read_committed'");
  }
  return {
    ...numbers,
    autoOffsetReset,
    isolationLevel,
    checkCrcs: options.checkCrcs ?? true,
    clientRack: options.clientRack ?? '',
    allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
    group: resolveGroupOptions(options),
  };
}

function refuse(name: keyof ConsumerOptions, value: unknown, instead: string): never {
  throw new ClientOptionsError(
    `The consumer option ${name} is ${String(value)}.`,
    `Give ${instead}.`,
  );
}
