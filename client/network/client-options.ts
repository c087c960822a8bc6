import { connect, type OnReadOpts, type Socket } from 'node:net';
import { msgpackCodec } from '../protocol/msgpack/codec';
import type { WireCodec } from '../protocol/wire-codec';
import { systemClock, type Clock } from '../runtime/clock';
import { silentLogger, type Logger } from '../runtime/logger';
import { ClientOptionsError } from './client-options-error';
import type { Endpoint } from './endpoint';

/** Addresses to begin with: a list of `host:port`, or a function that finds one. */
export type BootstrapServers =
  readonly string[] | (() => readonly string[] | Promise<readonly string[]>);

/** How often and how quickly a failed call is repeated. */
export interface RetryOptions {
  /** Wait before the first repetition, in milliseconds. Default 100 (`retry.backoff.ms`). */
  initialRetryTime?: number;
  /** Longest wait before a repetition, in milliseconds. Default 1000 (`retry.backoff.max.ms`). */
  maxRetryTime?: number;
  /** Growth of the wait from one repetition to the next. Default 2. */
  multiplier?: number;
  /** Part of the wait that is random, 0 to 1. Default 0.2. */
  factor?: number;
  /** Repetitions at most. Default: as many as fit into the timeout of the call. */
  retries?: number;
}

/** Everything that producers, consumers and admins of one client have in common. */
export interface ClientOptions {
  /** Addresses of some brokers; the others are found through them. Required. */
  brokers: BootstrapServers;
  /** Name of the application in the broker's logs and quotas. Default `kafka-classic`. */
  clientId?: string;
  /** Milliseconds for a connection to be made and versions to be negotiated. Default 10000. */
  connectionTimeout?: number;
  /** Milliseconds to wait for the response to a request. Default 30000 (`request.timeout.ms`). */
  requestTimeout?: number;
  /**
   * Milliseconds a whole call may take, repetitions included. Default 60000
   * (`default.api.timeout.ms`).
   */
  apiTimeout?: number;
  retry?: RetryOptions;
  /** First wait before connecting again to a broker that failed, in milliseconds. Default 50. */
  reconnectBackoff?: number;
  /** Longest wait before connecting again, in milliseconds. Default 1000. */
  reconnectBackoffMax?: number;
  /** Milliseconds after which metadata is asked for again unprompted. Default 300000. */
  metadataMaxAge?: number;
  /** Milliseconds after which a topic nobody used is no longer asked for. Default 300000. */
  metadataMaxIdle?: number;
  /** Milliseconds after which an unused connection is closed. Default 540000; 0 for never. */
  connectionsMaxIdle?: number;
  /**
   * Requests of one connection that may be unanswered at the same time; further ones wait their
   * turn. Default 100.
   */
  maxInFlightRequests?: number;
  /** Largest response accepted, in bytes. Default 134217728 (128 MiB). */
  maxResponseBytes?: number;
  /** Default: says nothing. Takes a pino logger as it is. */
  logger?: Logger;
  /** Opens a socket, still connecting. Default: `net.connect`. */
  socketFactory?: SocketFactory;
  /** Time. Default: the machine's. */
  clock?: Clock;
  /** Randomness of backoff and of the choice of brokers, 0 to 1. Default: `Math.random`. */
  random?: () => number;
  /** The wire protocol. Default: msgpack. */
  codec?: WireCodec;
}

/**
 * Opens a socket.
 *
 * @param reading where to read to, and whom to tell (`onread` of `net.connect`): a buffer used again
 *   and again costs V8 nothing. A socket that does not heed it emits `data`.
 */
export type SocketFactory = (endpoint: Endpoint, reading?: OnReadOpts) => Socket;

/** Options with nothing left open. */
export type ResolvedClientOptions = Required<Omit<ClientOptions, 'retry'>> & {
  readonly retry: Required<RetryOptions>;
};

const defaults = {
  clientId: 'kafka-classic',
  connectionTimeout: 10_000,
  requestTimeout: 30_000,
  apiTimeout: 60_000,
  reconnectBackoff: 50,
  reconnectBackoffMax: 1000,
  metadataMaxAge: 300_000,
  metadataMaxIdle: 300_000,
  connectionsMaxIdle: 540_000,
  maxInFlightRequests: 100,
  maxResponseBytes: 128 * 1024 * 1024,
} as const;

const retryDefaults: Required<RetryOptions> = {
  initialRetryTime: 100,
  maxRetryTime: 1000,
  multiplier: 2,
  factor: 0.2,
  retries: Infinity,
};

/**
 * Fills in the defaults.
 *
 * @throws ClientOptionsError when an option makes no sense
 */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const brokers = (options as ClientOptions | undefined)?.brokers;
  if (typeof brokers === 'string') {
    throw new ClientOptionsError('brokers is a text.', "Give a list: brokers: ['localhost:9092'].");
  }
  if (typeof brokers !== 'function' && (!Array.isArray(brokers) || brokers.length === 0)) {
    throw new ClientOptionsError(
      'brokers names no broker.',
      "Give at least one address, for instance brokers: ['localhost:9092'].",
    );
  }
  const numbers = withDefaults(defaults, options);
  const retry = withDefaults(retryDefaults, options.retry ?? {});
  checkNumbers(numbers, '', ['connectionTimeout', 'requestTimeout', 'maxInFlightRequests']);
  checkNumbers(retry, 'retry.', []);
  return {
    ...numbers,
    retry,
    brokers,
    logger: options.logger ?? silentLogger,
    socketFactory:
      options.socketFactory ?? (({ host, port }, onread) => connect({ host, port, onread })),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    codec: options.codec ?? msgpackCodec,
  };
}

/** An option given as undefined counts as not given. */
function withDefaults<T extends object>(base: T, given: { [K in keyof T]?: unknown }): Widened<T> {
  const merged = { ...base } as Record<string, unknown>;
  for (const name of Object.keys(base)) {
    const value = given[name as keyof T];
    if (value !== undefined) merged[name] = value;
  }
  return merged as Widened<T>;
}

type Widened<T> = { [K in keyof T]: T[K] extends number ? number : string };

function checkNumbers(values: object, prefix: string, positive: readonly string[]): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === 'clientId') continue;
    const least = positive.includes(name) ? 1 : 0;
    if (typeof value === 'number' && value >= least) continue;
    throw new ClientOptionsError(
      `${prefix}${name} is ${String(value)}.`,
      `Give a number from ${least} on.`,
    );
  }
}
