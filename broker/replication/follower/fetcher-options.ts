import type { Clock } from '../../../client/runtime/clock';
import type { Logger } from '../../../client/runtime/logger';
import type { TopicPartition } from '../../log';
import type { Peers } from '../../peers/peer-channel';

/** How followers fetch. Read anew whenever it matters, so that it may change. */
export interface FetcherConfig {
  /** `num.replica.fetchers`: connections per leading broker. */
  readonly fetchersPerBroker: number;
  /** `replica.fetch.max.bytes`, per partition; one whole batch always passes. */
  readonly partitionMaxBytes: number;
  /** `replica.fetch.response.max.bytes`. */
  readonly responseMaxBytes: number;
  /** `replica.fetch.wait.max.ms`. */
  readonly waitMaxMs: number;
  /** `replica.fetch.min.bytes`. */
  readonly minBytes: number;
  /** `replica.fetch.backoff.ms`. */
  readonly backoffMs: number;
  /** `replica.socket.timeout.ms`: for a response, the wait for records included. */
  readonly socketTimeoutMs: number;
}

/** Kafka's defaults. */
export const defaultFetcherConfig: FetcherConfig = {
  fetchersPerBroker: 1,
  partitionMaxBytes: 1024 * 1024,
  responseMaxBytes: 10 * 1024 * 1024,
  waitMaxMs: 500,
  minBytes: 1,
  backoffMs: 1000,
  socketTimeoutMs: 30_000,
};

export interface FetcherOptions {
  /** Of this broker. */
  readonly brokerId: number;
  /** Own broker epoch, -1 while not registered. */
  brokerEpoch(): number;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between 0 and 1; spreads retries. */
  readonly random: () => number;
  readonly config: FetcherConfig;
  /**
   * Throttle of replication: bytes of a partition that may be fetched now. A partition that is
   * behind and may fetch nothing is left out of the fetches and asked about again after the backoff.
   * Default: no limit.
   */
  allowance?(topicPartition: TopicPartition): number;
  /** Told of bytes appended. */
  onBytesIn?(topicPartition: TopicPartition, bytes: number): void;
}
