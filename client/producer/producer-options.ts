import { ClientOptionsError } from '../network';
import { compressionTypes, type CompressionType } from '../records';
import type { PartitionerChoice } from './partitioner';

/** Which copies must exist before a record counts as delivered. */
export type Acks = 'all' | -1 | 0 | 1;

/** Options of a producer, under Kafka's names. */
export interface ProducerOptions {
  /**
   * `'all'` (or -1): every member of the in-sync replicas has it. 1: the leader has it. 0: it was
   * handed to the socket, nobody answers and offsets stay unknown. Default `'all'`.
   */
  acks?: Acks;
  /**
   * Whether the brokers tell repeated batches from new ones, so that each record is written once and
   * in order whatever has to be repeated. Needs `acks` `'all'`, `retries` above 0 and
   * `maxInFlightRequestsPerConnection` of 5 at most. Default true; false where one of these options
   * is given another value.
   */
  enableIdempotence?: boolean;
  /**
   * Milliseconds a batch that is not full waits for more records. With 0 a batch leaves at the end
   * of the current turn of the event loop; batches still form while requests are in flight.
   * Default 0.
   */
  lingerMs?: number;
  /** Bytes of a batch, before compression, from which it is full. Default 16384. */
  batchSize?: number;
  /** Bytes of all batches that are not yet acknowledged. Default 33554432 (32 MiB). */
  bufferMemory?: number;
  /** Milliseconds a call may wait for metadata and for buffer memory together. Default 60000. */
  maxBlockMs?: number;
  /**
   * Produce requests that one connection may have unanswered. Without idempotence and with more than
   * 1 a batch that is refused while its successor is accepted ends up behind it; 1 rules that out.
   * Default 5.
   */
  maxInFlightRequestsPerConnection?: number;
  /** Repetitions of a batch at most. Default: as many as fit into `deliveryTimeoutMs`. */
  retries?: number;
  /**
   * Milliseconds from the moment a record is buffered until it is acknowledged or fails.
   * At least `lingerMs` + `requestTimeoutMs`. Default 120000.
   */
  deliveryTimeoutMs?: number;
  /** Milliseconds to wait for the response to a Produce request. Default 30000. */
  requestTimeoutMs?: number;
  /** Wait before a batch is first repeated, in milliseconds; doubles each time. Default 100. */
  retryBackoffMs?: number;
  /** Longest wait before a repetition, in milliseconds. Default 1000. */
  retryBackoffMaxMs?: number;
  /** Bytes of a request, and of a single record before compression, at most. Default 1048576. */
  maxRequestSize?: number;
  /** Default none. */
  compression?: CompressionType;
  /** Chooses partitions for records that name none. Default: `'default'`, as Kafka. */
  partitioner?: PartitionerChoice;
  /** Whether a missing topic may be created, if the brokers are set to. Default true. */
  allowAutoTopicCreation?: boolean;
}

/** Options with nothing left open; acks as the number on the wire. */
export type ResolvedProducerOptions = Required<Omit<ProducerOptions, 'acks'>> & {
  readonly acks: -1 | 0 | 1;
};

const defaults = {
  lingerMs: 0,
  batchSize: 16_384,
  bufferMemory: 32 * 1024 * 1024,
  maxBlockMs: 60_000,
  maxInFlightRequestsPerConnection: 5,
  retries: Infinity,
  deliveryTimeoutMs: 120_000,
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1000,
  maxRequestSize: 1024 * 1024,
};

type NumberName = keyof typeof defaults;

const atLeastOne: readonly NumberName[] = [
  'batchSize',
  'bufferMemory',
  'maxInFlightRequestsPerConnection',
  'requestTimeoutMs',
  'maxRequestSize',
];

/**
 * Fills in the defaults.
 *
 * @throws ClientOptionsError when an option makes no sense
 */
export function resolveProducerOptions(options: ProducerOptions): ResolvedProducerOptions {
  const numbers = { ...defaults };
  for (const name of Object.keys(defaults) as NumberName[]) {
    const value = options[name] ?? defaults[name];
    const least = atLeastOne.includes(name) ? 1 : 0;
    // Written so that NaN is refused.
    if (!(value >= least)) refuse(name, value, `a number from ${least} on`);
    numbers[name] = value;
  }
  const { acks = 'all', compression = 'none', partitioner = 'default' } = options;
  if (!['all', -1, 0, 1].includes(acks)) refuse('acks', acks, "'all', 1 or 0");
  if (!compressionTypes.includes(compression)) {
    refuse('compression', compression, compressionTypes.join(', '));
  }
  const least = numbers.lingerMs + numbers.requestTimeoutMs;
  if (options.deliveryTimeoutMs === undefined) {
    numbers.deliveryTimeoutMs = Math.max(numbers.deliveryTimeoutMs, least);
  } else if (numbers.deliveryTimeoutMs < least) {
    const what = `at least lingerMs + requestTimeoutMs, ${least}`;
    refuse('deliveryTimeoutMs', numbers.deliveryTimeoutMs, what);
  }
  return {
    ...numbers,
    acks: acks === 'all' ? -1 : acks,
    enableIdempotence: resolveIdempotence(options.enableIdempotence, acks, numbers),
    compression,
    partitioner,
    allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
  };
}

/** Brokers remember so many batches of a producer in each partition. */
const mostInFlight = 5;

/** As Kafka 3.9: asked for, it must be possible; by default it gives way to other options. */
function resolveIdempotence(
  asked: boolean | undefined,
  acks: Acks,
  { retries, maxInFlightRequestsPerConnection }: Record<NumberName, number>,
): boolean {
  if (asked === false) return false;
  const obstacles = [
    acks !== 'all' && acks !== -1 && `acks is ${acks}; give 'all'`,
    retries === 0 && 'retries is 0; give at least 1',
    maxInFlightRequestsPerConnection > mostInFlight &&
      `maxInFlightRequestsPerConnection is ${maxInFlightRequestsPerConnection}; give ${mostInFlight} at most`,
  ].filter((obstacle) => obstacle !== false);
  if (obstacles.length === 0) return true;
  if (asked === undefined) return false;
  throw new ClientOptionsError(
    `The producer cannot be idempotent: ${obstacles.join('; ')}.`,
    'Change these options, or leave enableIdempotence out.',
  );
}

function refuse(name: string, value: unknown, instead: string): never {
  throw new ClientOptionsError(
    `The producer option ${name} is ${String(value)}.`,
    `Give ${instead}.`,
  );
}
