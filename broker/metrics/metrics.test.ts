import { ErrorCode } from '../../client/protocol/error-codes';
import { Fetch } from '../../client/protocol/messages/fetch';
import { Produce } from '../../client/protocol/messages/produce';
import { BucketCounts, bucketSeconds } from './bucket-counts';
import { metricTable } from './metric-table';
import { Metrics } from './metrics';
import { MetricsPage } from './metrics-page';

const pages = new WeakMap<Metrics, MetricsPage>();

function pageOf(metrics: Metrics): MetricsPage {
  const known = pages.get(metrics) ?? new MetricsPage(metrics);
  pages.set(metrics, known);
  return known;
}

async function page(metrics: Metrics): Promise<string[]> {
  return (await pageOf(metrics).render()).split('\n').filter((line) => line !== '');
}

test('the table names and explains every metric', () => {
  for (const [name, { type, help }] of Object.entries(metricTable)) {
    expect(name).toMatch(/^kafka_[a-z]+(_[a-z]+)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/\.$/);
  }
});

test('requests are counted by API, with times in buckets', async () => {
  const metrics = new Metrics();
  metrics.network.requestReceived(Produce, 7, 90, 'kafka');
  metrics.network.requestReceived(Produce, 99, 10, 'kafka');
  metrics.network.requestAnswered(Produce, 0.5, 20);
  metrics.network.requestAnswered(Produce, 500, 30);
  metrics.network.requestAnswered(Fetch, 60_000, 1);
  metrics.network.requestFailed(Produce, ErrorCode.NOT_CONTROLLER);
  metrics.network.requestFailed(undefined, ErrorCode.INVALID_REQUEST);
  for (let scrape = 0; scrape < 2; scrape++) {
    const lines = await page(metrics);
    expect(lines.join('\n')).not.toContain('version="99"');
    for (const line of [
      '# TYPE kafka_network_request_seconds histogram',
      'kafka_network_requests_total{api="Produce"} 2',
      'kafka_network_requests_by_version_total{api="Produce",version="7",protocol="kafka"} 1',
      'kafka_network_request_bytes_total{api="Produce"} 100',
      'kafka_network_response_bytes_total{api="Produce"} 50',
      'kafka_network_request_seconds_bucket{api="Produce",le="0.00025"} 0',
      'kafka_network_request_seconds_bucket{api="Produce",le="0.0005"} 1',
      'kafka_network_request_seconds_bucket{api="Produce",le="1"} 2',
      'kafka_network_request_seconds_bucket{api="Fetch",le="30"} 0',
      'kafka_network_request_seconds_bucket{api="Fetch",le="+Inf"} 1',
      'kafka_network_request_seconds_sum{api="Produce"} 0.5005',
      'kafka_network_request_seconds_count{api="Produce"} 2',
      'kafka_network_request_errors_total{api="Produce",error="NOT_CONTROLLER"} 1',
      'kafka_network_request_errors_total{api="unknown",error="INVALID_REQUEST"} 1',
    ]) {
      expect(lines).toContain(line);
    }
  }
});

test('topics beyond the limit share one series, deleted ones lose theirs', async () => {
  const metrics = new Metrics(2);
  for (const topic of ['a', 'b', 'c', 'd']) metrics.topics.appended(topic, 1, 10);
  metrics.topics.fetched('d', 7);
  metrics.topics.forget('a');
  const lines = await page(metrics);
  expect(lines.filter((line) => line.startsWith('kafka_server_bytes_in_total'))).toEqual([
    'kafka_server_bytes_in_total{topic="b"} 10',
    'kafka_server_bytes_in_total{topic="(others)"} 20',
  ]);
  expect(lines).toContain('kafka_server_bytes_out_total{topic="(others)"} 7');
});

test('values are read from their owners when they are asked for', async () => {
  const metrics = new Metrics();
  let partitions = 3;
  metrics.provide('kafka_server_partitions', () => partitions);
  metrics.provide('kafka_zookeeper_session_state', () => [[{ state: 'connected' }, 1]]);
  metrics.provideNetworkLoad(() => ({
    connections: 1,
    inFlightRequests: 2,
    queuedRequestBytes: 3,
    queuedResponseBytes: 4,
  }));
  partitions = 5;
  const lines = await page(metrics);
  expect(lines).toContain('kafka_server_partitions 5');
  expect(lines).toContain('kafka_zookeeper_session_state{state="connected"} 1');
  expect(lines).toContain('kafka_network_queued_response_bytes 4');
  expect(lines.join()).not.toContain('kafka_server_leaders');
});

test('connections go up and down', async () => {
  const metrics = new Metrics();
  metrics.network.connectionOpened('A');
  metrics.network.connectionOpened('A');
  metrics.network.connectionClosed('A');
  metrics.network.connectionRefused('max.connections');
  metrics.network.requestRejected('empty-frame');
  const lines = await page(metrics);
  expect(lines).toContain('kafka_network_connections{listener="A"} 1');
  expect(lines).toContain('kafka_network_connections_opened_total{listener="A"} 2');
  expect(lines).toContain('kafka_network_connections_refused_total{reason="max.connections"} 1');
  expect(lines).toContain('kafka_network_requests_rejected_total{reason="empty-frame"} 1');
});

test('a value on the bound of a bucket belongs to it', () => {
  const counts = new BucketCounts();
  for (const bound of bucketSeconds) counts.observe(bound);
  expect(counts.cumulative()).toEqual(bucketSeconds.map((_, index) => index + 1));
  expect(counts.count).toBe(bucketSeconds.length);
});
