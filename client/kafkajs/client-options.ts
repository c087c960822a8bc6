import { Kafka as NativeKafka } from '../kafka';
import { parseEndpoint, type ClientOptions, type RetryOptions } from '../network';
import type { KafkaConfig, RetryOptions as RetryConfig } from './config-types';
import { KafkaJSNonRetriableError, KafkaJSNotImplemented } from './errors';
import { nativeLogger, type Logger } from './logger';

/** KafkaJS's defaults. */
const retryDefaults = {
  maxRetryTime: 30_000,
  initialRetryTime: 300,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
};

export type ResolvedRetry = typeof retryDefaults;

/** Later ones win; what is undefined counts as not given. */
export function resolveRetry(...given: readonly (RetryConfig | undefined)[]): ResolvedRetry {
  const retry = { ...retryDefaults };
  for (const options of given) {
    for (const name of Object.keys(retry) as (keyof ResolvedRetry)[]) {
      retry[name] = options?.[name] ?? retry[name];
    }
  }
  return retry;
}

export interface ClientParts {
  readonly config: KafkaConfig;
  readonly logger: Logger;
}

/** Options that single clients add to those of `new Kafka`. */
export interface ClientOverrides {
  readonly retry?: RetryConfig;
  readonly metadataMaxAge?: number;
}

/** @throws KafkaJSNonRetriableError for configs that make no sense; KafkaJSNotImplemented */
export function checkConfig({ brokers, ssl, sasl }: KafkaConfig): void {
  if (ssl) throw new KafkaJSNotImplemented('There is no TLS in this version: leave ssl out');
  if (sasl) throw new KafkaJSNotImplemented('There is no SASL in this version: leave sasl out');
  if (typeof brokers === 'function') return;
  if (!Array.isArray(brokers) || brokers.length === 0) {
    throw new KafkaJSNonRetriableError('Failed to connect: expected brokers array and got nothing');
  }
  try {
    brokers.forEach(parseEndpoint);
  } catch (error) {
    throw new KafkaJSNonRetriableError(error as Error, { cause: error });
  }
}

/** The client beneath, with KafkaJS's defaults. */
export function nativeKafka(parts: ClientParts, overrides: ClientOverrides = {}): NativeKafka {
  return new NativeKafka(clientOptions(parts, overrides));
}

export function clientOptions(
  { config, logger }: ClientParts,
  { retry, metadataMaxAge = 300_000 }: ClientOverrides,
): ClientOptions {
  const { socketFactory, connectionTimeout = 1000, requestTimeout = 30_000 } = config;
  const resolved = resolveRetry(config.retry, retry);
  return {
    brokers: config.brokers,
    clientId: config.clientId ?? 'kafkajs',
    connectionTimeout,
    requestTimeout,
    // Looking for brokers ends by time alone: as soon as KafkaJS would be through its attempts.
    apiTimeout: Math.max(requestTimeout, durationOf(resolved, connectionTimeout)),
    retry: resolved,
    metadataMaxAge,
    logger: nativeLogger(logger),
    socketFactory:
      socketFactory &&
      (({ host, port }) => socketFactory({ host, port, ssl: {}, onConnect: () => {} })),
  };
}

/** How long attempts of this length and the waits between them take. */
function durationOf(retry: Required<RetryOptions>, attemptMs: number): number {
  let total = attemptMs;
  let wait = retry.initialRetryTime;
  // An hour is as good as forever, and Number.MAX_SAFE_INTEGER retries are common.
  for (let i = 0; i < retry.retries && total < 3_600_000; i++) {
    total += Math.min(wait, retry.maxRetryTime) + attemptMs;
    wait *= retry.multiplier;
  }
  return Math.ceil(total);
}
