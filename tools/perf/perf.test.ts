import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dateFormat } from './date-format';
import { JoinTime } from './join-time';
import { chosenPayloads, monotonicPayloads, randomPayloads, readPayloads } from './payloads';
import { metricLines } from './print-metrics';
import { header, intervalLine, totalLine } from './read-statistics';
import { SendStatistics } from './send-statistics';
import { ThroughputThrottle } from './throughput-throttle';

const folder = mkdtempSync(join(tmpdir(), 'perf-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what was sent', () => {
  test('in words of Kafka', () => {
    const statistics = new SendStatistics(1000);
    for (let ms = 1; ms <= 1000; ms++) statistics.record(ms, 1024);
    expect(statistics.closeWindow(6000)).toBe(
      '1000 records sent, 200.0 records/sec (0.20 MB/sec), 500.5 ms avg latency, 1000.0 ms max latency.',
    );
    statistics.record(2000, 1024);
    expect(statistics.closeWindow(7000)).toBe(
      '1 records sent, 1.0 records/sec (0.00 MB/sec), 2000.0 ms avg latency, 2000.0 ms max latency.',
    );
    expect(statistics.closeWindow(8000)).toBeUndefined();
    expect(statistics.summary(11_000)).toBe(
      '1001 records sent, 100.100000 records/sec (0.10 MB/sec), 502.00 ms avg latency, ' +
        '2000.00 ms max latency, 501 ms 50th, 951 ms 95th, 991 ms 99th, 1000 ms 99.9th.',
    );
  });

  test('nothing', () => {
    expect(new SendStatistics(0).summary(1000)).toBe(
      '0 records sent, 0.000000 records/sec (0.00 MB/sec), 0.00 ms avg latency, ' +
        '0.00 ms max latency, 0 ms 50th, 0 ms 95th, 0 ms 99th, 0 ms 99.9th.',
    );
  });
});

describe('what was read', () => {
  const time = (ms: number): string => `t${ms}`;
  const start = { records: 0, bytes: 0, time: 1000 };
  const middle = { records: 1000, bytes: 1024 * 1024, time: 3000 };
  const end = { records: 3000, bytes: 3 * 1024 * 1024, time: 4000 };

  test('as CSV of Kafka', () => {
    expect(header(false)).toBe(
      'start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, ' +
        'rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec',
    );
    expect(totalLine(start, end, 1000, time)).toBe(
      't1000, t4000, 3.0000, 1.0000, 3000, 1000.0000, 1000, 2000, 1.5000, 1500.0000',
    );
  });

  test('step by step', () => {
    expect(header(true)).toMatch(/^time, threadId, data.consumed.in.MB/);
    expect(intervalLine(start, middle, 500, time)).toBe(
      't3000, 0, 1.0000, 0.5000, 1000, 500.0000, 500, 1500, 0.6667, 666.6667',
    );
    expect(intervalLine(middle, end, 0, time)).toBe(
      't4000, 0, 3.0000, 2.0000, 3000, 2000.0000, 0, 1000, 2.0000, 2000.0000',
    );
  });
});

test('the time of joining, in all and since the last line', () => {
  let now = 0;
  const joining = new JoinTime({ monotonic: () => now });
  now = 30;
  joining.onPartitionsAssigned();
  now = 50;
  joining.onPartitionsRevoked();
  expect([joining.totalMs, joining.sinceLast()]).toEqual([30, 30]);
  now = 60;
  joining.onPartitionsAssigned();
  joining.onPartitionsAssigned();
  expect([joining.totalMs, joining.sinceLast(), joining.sinceLast()]).toEqual([40, 10, 0]);
});

describe('payloads', () => {
  let state = 0;
  const random = (): number => (state = (state + 0.37) % 1);

  test('of letters', () => {
    const payload = randomPayloads(100, random);
    expect(payload(0).toString()).toMatch(/^[A-Z]{100}$/);
    expect(payload(1)).not.toEqual(payload(2));
  });

  test('of numbers', () => expect(monotonicPayloads(42).toString()).toBe('42'));

  test.each([
    ['a\nb\n\n', '\\n', ['a', 'b']],
    ['a|b', '|', ['a', 'b']],
  ])('of a file: %j', (text, delimiter, payloads) => {
    const file = join(folder, 'payloads');
    writeFileSync(file, text);
    const read = readPayloads(file, delimiter);
    expect(read.map(String)).toEqual(payloads);
    expect(payloads).toContain(chosenPayloads(read, random)(0).toString());
  });

  test('of no file', () => {
    writeFileSync(join(folder, 'empty'), '');
    expect(() => readPayloads(join(folder, 'empty'), '\\n')).toThrow('is empty');
    expect(() => readPayloads(join(folder, 'none'), '\\n')).toThrow('cannot be read');
  });
});

test('the throttle keeps the average', () => {
  const throttle = new ThroughputThrottle(1000, 50);
  expect(throttle.pauseAfter(1, 50)).toBe(0);
  expect(throttle.pauseAfter(10, 50)).toBe(10);
  expect(throttle.pauseAfter(10, 60)).toBe(0);
  expect(throttle.pauseAfter(10, 5000)).toBe(0);
  expect(new ThroughputThrottle(-1, 0).pauseAfter(1e9, 0)).toBe(0);
});

test.each([
  ['yyyy-MM-dd HH:mm:ss:SSS', '2024-03-05 16:07:08:009'],
  ["dd.M.yy 'at' h a", '05.3.24 at 4 PM'],
  ["''H''", "'16'"],
])('a date as %s', (pattern, text) => {
  expect(dateFormat(pattern)(new Date(2024, 2, 5, 16, 7, 8, 9).getTime())).toBe(text);
});

test.each(['MMM', 'EEE', "'open"])('no date as %s', (pattern) =>
  expect(() => dateFormat(pattern)).toThrow('cannot be used'),
);

test('metrics', () => {
  expect(metricLines('producer-metrics', 'me', { retries: 0, recordsDelivered: 12 })).toEqual([
    '',
    'Metric Name                                         Value',
    'producer-metrics:records-delivered:{client-id=me} : 12.000',
    'producer-metrics:retries:{client-id=me}           : 0.000',
  ]);
});
