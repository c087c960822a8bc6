import { errorFacts } from '../../client/protocol/error-codes';
import type { NetworkMetrics } from '../network/network-metrics';
import type { NetworkLoad } from '../network/socket-server';
import { ApiTraffic } from './api-traffic';
import type { metricTable, MetricDefinition, MetricName } from './metric-table';
import type { BucketCounts } from './bucket-counts';
import { TopicTraffic } from './topic-traffic';

type Labels = Readonly<Record<string, string>>;
type NameOf<Type extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof metricTable)[N]['type'] extends Type ? N : never;
}[MetricName];

/** The current value of a metric, or one per set of labels. */
export type Reading = number | Iterable<readonly [labels: Labels, value: number]>;
export type SingleValued = NameOf<'counter' | 'gauge'>;
/** Where the values of a histogram are when Prometheus asks for them. */
export type HistogramReader = () => Iterable<
  readonly [labels: Record<string, string>, counts: BucketCounts]
>;

/**
 * The metrics of one broker. What is counted on hot paths is counted in plain numbers; everything
 * else is read from its owner when Prometheus asks ({@link Metrics.provide}). A metric appears on
 * the page once somebody provides or counts it. The page itself is MetricsPage's: brokers without
 * an HTTP listener do not load prom-client.
 */
export class Metrics {
  /** Traffic by topic. */
  readonly topics: TopicTraffic;
  /** What the network reports to. */
  readonly network: NetworkMetrics;
  /** Who knows the value of each counter and gauge that there is. */
  readonly readers = new Map<SingleValued, () => Reading>();
  /** Who knows the values of each histogram. */
  readonly histograms = new Map<NameOf<'histogram'>, HistogramReader>();
  /** What is to be done before the values are read; bounded in time by whoever does it. */
  readonly preparations: (() => Promise<void>)[] = [];
  private readonly counts = new Map<MetricName, Map<string, [Labels, number]>>();

  /** @param maxTopics topics that get series of their own; default 1000 */
  constructor(maxTopics?: number) {
    const apis = new ApiTraffic();
    this.topics = new TopicTraffic(maxTopics);
    this.provide('kafka_server_messages_in_total', () => this.topics.read('messagesIn'));
    this.provide('kafka_server_bytes_in_total', () => this.topics.read('bytesIn'));
    this.provide('kafka_server_bytes_out_total', () => this.topics.read('bytesOut'));
    this.provide('kafka_network_requests_total', () => apis.read('answered'));
    this.provide('kafka_network_requests_by_version_total', () => apis.readVersions());
    this.provide('kafka_network_request_bytes_total', () => apis.read('requestBytes'));
    this.provide('kafka_network_response_bytes_total', () => apis.read('responseBytes'));
    this.histograms.set('kafka_network_request_seconds', () => apis.readSeconds());
    this.network = this.networkMetrics(apis);
  }

  /** Names the owner of a metric's value, which is asked at each scrape. Counters give their total. */
  provide(name: SingleValued, read: () => Reading): void {
    this.readers.set(name, read);
  }

  /** Provides what is in the works in the network. */
  provideNetworkLoad(load: () => NetworkLoad): void {
    this.provide('kafka_network_in_flight_requests', () => load().inFlightRequests);
    this.provide('kafka_network_queued_request_bytes', () => load().queuedRequestBytes);
    this.provide('kafka_network_queued_response_bytes', () => load().queuedResponseBytes);
  }

  /** Counts something rare. */
  count(name: SingleValued, labels: Labels = {}, by = 1): void {
    let values = this.counts.get(name);
    if (!values) {
      const started = (values = new Map<string, [Labels, number]>());
      this.counts.set(name, started);
      this.provide(name, () => started.values());
    }
    const key = Object.values(labels).join('\u0000');
    const entry = values.get(key);
    if (entry) entry[1] += by;
    else values.set(key, [labels, by]);
  }

  private networkMetrics(apis: ApiTraffic): NetworkMetrics {
    return {
      connectionOpened: (listener) => {
        this.count('kafka_network_connections', { listener });
        this.count('kafka_network_connections_opened_total', { listener });
      },
      connectionClosed: (listener) => this.count('kafka_network_connections', { listener }, -1),
      connectionRefused: (reason) =>
        this.count('kafka_network_connections_refused_total', { reason }),
      requestRejected: (reason) => this.count('kafka_network_requests_rejected_total', { reason }),
      requestReceived: (api, version, bytes, protocol) =>
        apis.received(api, version, bytes, protocol),
      requestAnswered: (api, milliseconds, bytes) => apis.answered(api, milliseconds, bytes),
      requestFailed: (api, errorCode) =>
        this.count('kafka_network_request_errors_total', {
          api: api?.name ?? 'unknown',
          error: errorFacts(errorCode).name,
        }),
    };
  }
}
