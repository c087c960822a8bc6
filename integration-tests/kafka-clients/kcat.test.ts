import { forEachBatch, RecordBatchBuilder } from '../../client/records';
import { freePorts } from '../../tools/dev/free-ports';
import { RawClient } from '../harness/raw-client';
import { createTopic, produce, readBatches } from '../harness/raw-topics';
import { TestCluster } from '../harness/test-cluster';
import { runClient } from './run-client';
import { shows } from './shows';
import { kcat } from './tested-client';

/** kcat of Debian 12 with librdkafka 2.0.2, which is as picky as the many clients built on it. */
const FORMAT = '%o|%k|%s|%h|%T\n';

let cluster: TestCluster | undefined;
let endpoint = '';
beforeAll(async () => {
  if (kcat.version === null) return;
  const [port] = await freePorts(1);
  endpoint = `127.0.0.1:${port}`;
  cluster = await TestCluster.start({ configs: { 'http.listener': endpoint } });
});
afterAll(() => cluster?.stop());

/** Nobody else asks this broker over the Kafka wire. */
const kcatShows = (feature: string, body: () => Promise<void>) =>
  shows(kcat, feature, body, () => [endpoint]);
const running = (): TestCluster => cluster as TestCluster;
const run = (args: readonly string[], input = '') =>
  runClient(
    'kcat',
    ['-b', running().bootstrap, '-X', 'topic.metadata.refresh.interval.ms=-1', ...args],
    { input },
  );

async function topic(name: string, partitions = 1): Promise<RawClient> {
  const client = await RawClient.connect(running().bootstrap);
  await createTopic(client, name, partitions);
  return client;
}

/** What a partition holds, without the timestamps. */
async function read(name: string, offset: string, more: readonly string[] = []): Promise<string[]> {
  const output = await run([
    '-C',
    '-q',
    '-t',
    name,
    '-p',
    '0',
    '-o',
    offset,
    '-e',
    '-f',
    FORMAT,
    ...more,
  ]);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(0, line.lastIndexOf('|')));
}

kcatShows('`-L` shows brokers, controller, topics and partitions', async () => {
  const client = await topic('listed', 3);
  const output = await run(['-L', '-t', 'listed']);
  expect(output).toContain(`broker 1 at ${running().bootstrap} (controller)`);
  expect(output).toContain('topic "listed" with 3 partitions:');
  expect(output).toContain('partition 2, leader 1, replicas: 1, isrs: 1');
  await client.close();
});

shows(
  kcat,
  'produces with none, gzip, snappy, lz4 and zstd, keys and headers, and reads from the beginning, the end and an offset',
  async () => {
    const client = await topic('codecs');
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
      const lines = Array.from(
        { length: 50 },
        (_, i) => `key-${i}:${codec} ${'value '.repeat(20)}\n`,
      );
      await run(['-P', '-t', 'codecs', '-p', '0', '-K:', '-z', codec, '-H', 'h=x'], lines.join(''));
    }
    const records = await read('codecs', 'beginning');
    expect(records).toHaveLength(250);
    expect(records[52]).toBe(`52|key-2|gzip ${'value '.repeat(20)}|h=x`);
    expect(await read('codecs', '248')).toHaveLength(2);
    expect(await read('codecs', '-3')).toHaveLength(3);
    expect(await read('codecs', 'end')).toEqual([]);
    // The batches lie there as kcat compressed them: the low bits of the attributes name the codec.
    const codecs = new Set<string>();
    for (const chunk of await readBatches(client, 'codecs', 0)) {
      forEachBatch(chunk, ({ compression }) => void codecs.add(compression));
    }
    expect([...codecs]).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
    await client.close();
  },
);

kcatShows('finds offsets by time, with `-Q` and with `-o s@`', async () => {
  const client = await topic('times');
  for (const time of [1000, 2000, 3000]) {
    const builder = new RecordBatchBuilder();
    builder.tryAppend(time, null, `at ${time}`);
    await produce(client, 'times', 0, Buffer.from(builder.build()));
  }
  expect(await run(['-Q', '-t', 'times:0:1500'])).toBe('times [0] offset 1\n');
  expect(await run(['-Q', '-t', 'times:0:-1'])).toBe('times [0] offset 3\n');
  expect(await run(['-Q', '-t', 'times:0:-2'])).toBe('times [0] offset 0\n');
  expect(await read('times', 's@1500')).toEqual(['1||at 2000|', '2||at 3000|']);
  expect(await read('times', 's@1500', ['-o', 'e@2500'])).toEqual(['1||at 2000|']);
  await client.close();
});

kcatShows('produces as an idempotent producer', async () => {
  const client = await topic('idempotent');
  await run(['-P', '-t', 'idempotent', '-X', 'enable.idempotence=true'], 'a\nb\n');
  expect(await read('idempotent', 'beginning')).toEqual(['0||a|', '1||b|']);
  await client.close();
});

kcatShows('says that there is no such topic', async () => {
  await expect(
    run(['-C', '-t', 'nowhere', '-p', '0', '-e', '-X', 'allow.auto.create.topics=false']),
  ).rejects.toThrow(/Unknown topic|Broker: Unknown/);
});

kcatShows('`-G` reads in a group, commits, and goes on where it was', async () => {
  const client = await topic('grouped', 2);
  await run(['-P', '-t', 'grouped', '-p', '0'], 'a\nb\n');
  await run(['-P', '-t', 'grouped', '-p', '1'], 'c\n');
  const inGroup = async (count: number) => {
    const output = await run([
      '-G',
      'readers',
      '-q',
      '-c',
      String(count),
      '-X',
      'auto.offset.reset=earliest',
      'grouped',
    ]);
    return output.trimEnd().split('\n').sort();
  };
  expect(await inGroup(3)).toEqual(['a', 'b', 'c']);
  await run(['-P', '-t', 'grouped', '-p', '1'], 'd\n');
  expect(await inGroup(1)).toEqual(['d']);
  await client.close();
});
