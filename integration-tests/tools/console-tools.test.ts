import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from '../../client';
import { freePorts } from '../../tools/dev/free-ports';
import { TestCluster } from '../harness/test-cluster';
import { runTool, ToolProcess, type Ran } from './tool-process';

let cluster: TestCluster;
let server: readonly [string, string];
beforeAll(async () => {
  cluster = await TestCluster.start();
  server = ['--bootstrap-server', cluster.bootstrap];
});
afterAll(() => cluster.stop());

const produce = (topic: string, input: string | Buffer, ...more: string[]): Promise<Ran> =>
  runTool('kafka-console-producer', [...server, '--topic', topic, ...more], input);
const consume = (...args: string[]): Promise<Ran> =>
  runTool('kafka-console-consumer', [...server, ...args]);
/** All there is in a topic. */
const all = (topic: string, count: number, ...more: string[]): Promise<Ran> =>
  consume('--topic', topic, '--from-beginning', '--max-messages', String(count), ...more);

async function createTopic(topic: string, numPartitions: number): Promise<void> {
  const admin = new Kafka({ brokers: [cluster.bootstrap] }).admin();
  await admin.createTopics([{ topic, numPartitions }]);
  await admin.close();
}

describe('kafka-console-producer and kafka-console-consumer', () => {
  test('lines go in and come out', async () => {
    expect(await produce('lines', 'one\ntwo\r\n\nfour ä')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await all('lines', 4)).toEqual({
      code: 0,
      stdout: 'one\ntwo\n\nfour ä\n',
      stderr: 'Processed a total of 4 messages\n',
    });
  });

  test('keys, headers, nulls, and where a record is', async () => {
    const properties = ['parse.key=true', 'parse.headers=true', 'null.marker=NULL'];
    const lines = 'a:1,b:NULL\tk\tv\nc:2\tNULL\tNULL\n';
    const produced = await produce('fields', lines, ...properties.flatMap(property));
    expect(produced.code).toBe(0);
    const printed = ['offset', 'partition', 'headers', 'key'].map((name) => `print.${name}=true`);
    const { stdout } = await all('fields', 2, ...[...printed, 'null.literal=-'].flatMap(property));
    expect(stdout).toBe('Partition:0\tOffset:0\ta:1,b:-\tk\tv\nPartition:0\tOffset:1\tc:2\t-\t-\n');
    const timed = await all('fields', 1, ...property('print.timestamp=true'));
    expect(timed.stdout).toMatch(/^CreateTime:\d{13}\tv\n$/);
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('compressed with %s', async (codec) => {
    const topic = `compressed-${codec}`;
    const lines = 'the same again and again\n'.repeat(500);
    expect((await produce(topic, lines, '--compression-codec', codec)).code).toBe(0);
    expect((await all(topic, 500)).stdout).toBe(lines);
  });

  test('a large input with little memory, and all of it arrives in order', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join('');
    const produced = await produce('large', lines, '--max-memory-bytes', '65536');
    expect(produced).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await all('large', 100_000)).stdout).toBe(lines);
  });

  test('a reader that has enough is not an error', async () => {
    await produce('pipe', 'x'.repeat(99).concat('\n').repeat(50_000));
    const tool = new ToolProcess('kafka-console-consumer', [
      ...server,
      ...['--topic', 'pipe', '--from-beginning'],
    ]);
    await once(tool.child.stdout, 'data');
    tool.child.stdout.destroy();
    const { code, stderr } = await tool.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('Ctrl-C ends a conversation, on both sides', async () => {
    await createTopic('typed', 1);
    const reader = new ToolProcess('kafka-console-consumer', [
      ...server,
      ...['--topic', 'typed', '--from-beginning'],
    ]);
    const writer = new ToolProcess('kafka-console-producer', [...server, '--topic', 'typed']);
    writer.child.stdin.write('one\n');
    await reader.says('one\n');
    writer.child.kill('SIGINT');
    expect(await writer.ended).toEqual({ code: 130, stdout: '', stderr: '' });
    reader.child.kill('SIGINT');
    expect(await reader.ended).toEqual({
      code: 130,
      stdout: 'one\n',
      stderr: 'Processed a total of 1 messages\n',
    });
  });

  test('one partition from one offset; many topics at once; a timeout', async () => {
    await createTopic('parts', 2);
    const lines = Array.from({ length: 20 }, (_, i) => `${i}\t${i}\n`).join('');
    await produce('parts', lines, ...property('parse.key=true'));
    const where = ['print.partition=true', 'print.offset=true', 'print.value=false'];
    const { stdout } = await consume(
      ...['--topic', 'parts', '--partition', '1', '--offset', '2', '--max-messages', '2'],
      ...where.flatMap(property),
    );
    expect(stdout).toBe('Partition:1\tOffset:2\nPartition:1\tOffset:3\n');
    const both = await consume(
      ...['--include', 'parts|lines', '--from-beginning', '--timeout-ms', '5000'],
      ...['--formatter', 'org.apache.kafka.tools.consumer.NoOpMessageFormatter'],
    );
    expect(both).toEqual({ code: 0, stdout: '', stderr: 'Processed a total of 24 messages\n' });
  });

  test('numbers', async () => {
    const producer = new Kafka({ brokers: [cluster.bootstrap] }).producer();
    const value = Buffer.from('000000000000002a', 'hex');
    await producer.send({ topic: 'numbers', messages: [{ value }, { value: 'no number' }] });
    await producer.close();
    const asLong = '--value-deserializer';
    const long = 'org.apache.kafka.common.serialization.LongDeserializer';
    const skipped = await all('numbers', 2, asLong, long, '--skip-message-on-error');
    expect(skipped).toMatchObject({ code: 0, stdout: '42\n' });
    expect(skipped.stderr).toContain('Error processing message, skipping this message');
    const failed = await all('numbers', 2, asLong, long);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toContain('DESERIALIZATION: 9 bytes are no Long');
  });

  test('records that are refused are told by line', async () => {
    const lines = `short\n${'x'.repeat(2000)}\nshort again\n`;
    const more = ['--producer-property', 'max.request.size=1000'];
    const { code, stderr } = await produce('refused', lines, ...more);
    expect(code).toBe(1);
    expect(stderr).toContain('Error when sending line 2 to topic refused');
    expect(stderr).toContain('1 of 3 lines were not delivered.');
    expect((await all('refused', 2)).stdout).toBe('short\nshort again\n');
  });

  test('a line that does not fit ends it; those before it are sent', async () => {
    const input = 'a\t1\nb\n';
    const { code, stderr } = await produce('broken', input, ...property('parse.key=true'));
    expect(code).toBe(1);
    expect(stderr).toContain("No key separator found on line number 2: 'b'");
    expect((await all('broken', 1)).stdout).toBe('1\n');
  });

  test('--sync sends one after the other', async () => {
    expect((await produce('sync', '1\n2\n3\n', '--sync')).code).toBe(0);
    expect((await all('sync', 3)).stdout).toBe('1\n2\n3\n');
  });

  test('what the command line lacks, or should not have', async () => {
    const two = ['--group', 'g', '--consumer-property', 'group.id=h'];
    const group = await consume('--topic', 'lines', ...two);
    expect(group).toMatchObject({ code: 2, stdout: '' });
    expect(group.stderr).toContain("Detected group ids: 'g', 'h'.");
    const config = await produce('lines', '', '--producer-property', 'lingerms=1');
    expect(config).toMatchObject({ code: 2 });
    expect(config.stderr).toContain('Did you mean linger.ms?');
  });

  test('no broker: the lines are told as not sent', async () => {
    const [port] = await freePorts(1);
    const { code, stderr } = await runTool(
      'kafka-console-producer',
      ['--bootstrap-server', `127.0.0.1:${port}`, '--topic', 't', '--max-block-ms', '300'],
      'a\n',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('Error when sending line 1 to topic t: NO_BROKER_REACHABLE');
  });
});

describe('kafka-producer-perf-test and kafka-consumer-perf-test', () => {
  const SUMMARY =
    /^3000 records sent, \d+\.\d{6} records\/sec \(\d+\.\d{2} MB\/sec\), \d+\.\d{2} ms avg latency, \d+\.\d{2} ms max latency, \d+ ms 50th, \d+ ms 95th, \d+ ms 99th, \d+ ms 99.9th\.$/;
  const perf = (...args: string[]): Promise<Ran> =>
    runTool('kafka-producer-perf-test', [
      ...['--topic', 'perf', '--num-records', '3000', '--throughput', '-1'],
      ...['--producer-props', `bootstrap.servers=${cluster.bootstrap}`, 'acks=1'],
      ...args,
    ]);

  test('send and read, with the lines of Kafka', async () => {
    const sent = await perf('--record-size', '100', '--print-metrics');
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const [summary, blank, heading, ...metrics] = sent.stdout.split('\n');
    expect(summary).toMatch(SUMMARY);
    expect([blank, heading]).toEqual(['', expect.stringMatching(/^Metric Name +Value$/)]);
    expect(metrics.join('\n')).toMatch(
      /^producer-metrics:records-delivered:\{client-id=perf-producer-client\} +: 3000\.000$/m,
    );
    const read = await runTool('kafka-consumer-perf-test', [
      ...[...server, '--topic', 'perf', '--messages', '3000'],
    ]);
    expect(read).toMatchObject({ code: 0, stderr: '' });
    const [header, numbers] = read.stdout.split('\n').map((line) => line.split(', '));
    expect(header).toHaveLength(10);
    expect(numbers).toHaveLength(10);
    expect(numbers![0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}$/);
    expect(numbers!.slice(2, 5)).toEqual(['0.2861', expect.any(String), '3000']);
  });

  test('payloads of a file', async () => {
    const file = join(cluster.directory, 'payloads');
    writeFileSync(file, 'a;bb;ccc');
    const sent = await perf('--payload-file', file, '--payload-delimiter', ';');
    expect(sent.stdout).toContain('Number of messages read: 3\n');
    expect(sent.stdout.trimEnd().split('\n').at(-1)).toMatch(SUMMARY);
  });

  test('fewer records than wanted', async () => {
    const read = await runTool('kafka-consumer-perf-test', [
      ...[...server, '--topic', 'perf', '--messages', '10', '--from-latest', '--timeout', '100'],
      '--hide-header',
    ]);
    expect(read.code).toBe(0);
    expect(read.stdout).toMatch(/^WARNING: Exiting before consuming .*timeout \(100 ms\) exceeded/);
    expect(read.stdout.split('\n')[1]).toMatch(/, 0\.0000, 0\.0000, 0, 0\.0000, /);
  });

  test('options that exclude each other', async () => {
    const { code, stderr } = await perf('--record-size', '1', '--payload-monotonic');
    expect(code).toBe(2);
    expect(stderr).toContain('Exactly one of --record-size');
  });
});

function property(text: string): [string, string] {
  return ['--property', text];
}
