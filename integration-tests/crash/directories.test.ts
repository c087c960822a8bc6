import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeLogDirs } from '../../client/protocol/messages/describe-log-dirs';
import { BrokerProcess, type BrokerProcessOptions } from '../harness/broker-process';
import { RawClient } from '../harness/raw-client';
import { createTopic, integerBatch, produce, readIntegers } from '../harness/raw-topics';
import { TestCluster } from '../harness/test-cluster';

const TOPIC = 'spread';
const PARTITIONS = [0, 1, 2, 3];

let cluster: TestCluster;
let client: RawClient;
let first: string;
let second: string;

beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'log.dir.min.free.bytes': '0' } });
  await cluster.broker.stop();
  first = join(cluster.directory, 'first');
  second = join(cluster.directory, 'second');
  await restart();
  await createTopic(client, TOPIC, PARTITIONS.length, { 'segment.bytes': '1000' });
  for (const partition of PARTITIONS) {
    await produce(client, TOPIC, partition, integerBatch([partition]));
  }
});
afterAll(() => cluster.stop());

async function restart(configs: Readonly<Record<string, string>> = {}): Promise<void> {
  await cluster.startBroker({ configs: { 'log.dirs': `${first},${second}`, ...configs } });
  client = await RawClient.connect(cluster.bootstrap);
}

/** Starts a broker that is expected to refuse. @returns its exit code and what it said */
async function refusal(options: Partial<BrokerProcessOptions>) {
  const broker = await BrokerProcess.launch({
    zookeeperConnect: cluster.zookeeperConnect,
    directory: join(cluster.directory, 'other'),
    ...options,
  });
  const { code } = await broker.exited;
  return { code, output: broker.output.join('\n') };
}

const partitionsIn = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.startsWith(`${TOPIC}-`))
    .map((name) => Number(name.slice(TOPIC.length + 1)));

const valuesOf = async (partition: number) =>
  (await readIntegers(client, TOPIC, partition)).map(({ value }) => value);

const failedDirectories = async () => {
  const { results } = await client.request(DescribeLogDirs, { topics: null });
  return results.filter(({ errorCode }) => errorCode !== 0).map(({ logDir }) => logDir);
};

/** Partitions of the first directory take records, those of the second are offline. */
async function expectOnlyFirstServes(mine: readonly number[], value: number): Promise<void> {
  expect(mine).toHaveLength(2);
  for (const partition of PARTITIONS) {
    const written = produce(client, TOPIC, partition, integerBatch([value]));
    if (mine.includes(partition)) {
      await written;
      expect(await valuesOf(partition)).toContain(value);
    } else {
      await expect(written).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
      await expect(valuesOf(partition)).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
    }
  }
  expect(await failedDirectories()).toEqual([second]);
}

describe('one directory that cannot be used', () => {
  const aside = () => `${second}.aside`;

  test.each([
    ['is a file', () => writeFileSync(second, 'not a directory')],
    ['is a symbolic link to itself', () => symlinkSync(second, second)],
  ])('%s: only its own partitions are offline', async (_, spoil) => {
    await cluster.broker.kill();
    const mine = partitionsIn(first);
    renameSync(second, aside());
    spoil();
    await restart();
    expect(cluster.broker.log.count('log-dir-failed')).toBeGreaterThan(0);
    await expectOnlyFirstServes(mine, 100);

    await cluster.broker.stop();
    rmSync(second);
    renameSync(aside(), second);
    await restart();
    for (const partition of PARTITIONS) expect(await valuesOf(partition)).toContain(partition);
    expect(await failedDirectories()).toEqual([]);
  });

  test('fails while the broker runs', async () => {
    const { log } = cluster.broker;
    const mine = partitionsIn(first);
    const [victim] = partitionsIn(second);
    const failed = log.next('log-dir-failed');
    renameSync(second, aside());
    // The next segment finds no directory.
    const roll = async () => {
      for (;;) await produce(client, TOPIC, victim!, integerBatch([7], 500));
    };
    await expect(roll()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
    await failed;
    await expectOnlyFirstServes(mine, 200);

    await cluster.broker.stop();
    renameSync(aside(), second);
    await restart();
    for (const partition of PARTITIONS) expect(await valuesOf(partition)).toContain(partition);
  });

  test('when no directory is left the broker stops and says so', async () => {
    const file = join(cluster.directory, 'file');
    writeFileSync(file, '');
    const { code, output } = await refusal({ id: 1, configs: { 'log.dirs': file } });
    expect(code).toBe(1);
    expect(output).toContain(`None of the log directories works: ${file}`);
  });
});

test('a disk that is almost full takes no records and still serves', async () => {
  await cluster.broker.stop();
  await restart({ 'log.dir.min.free.bytes': String(Number.MAX_SAFE_INTEGER) });
  expect(cluster.broker.log.count('disk-full')).toBe(2);
  for (const partition of PARTITIONS) {
    await expect(produce(client, TOPIC, partition, integerBatch([1]))).rejects.toMatchObject({
      code: 'KAFKA_STORAGE_ERROR',
      message: expect.stringMatching(/almost full/) as string,
    });
    expect(await valuesOf(partition)).toContain(partition);
  }
  await cluster.broker.stop();
  await restart();
  for (const partition of PARTITIONS) {
    await produce(client, TOPIC, partition, integerBatch([300]));
    expect(await valuesOf(partition)).toContain(300);
  }
});

describe('a directory of somebody else', () => {
  const foreign = () => join(cluster.directory, 'foreign');

  test.each([
    ['of another broker', (id: string) => `version=0\nbroker.id=7\ncluster.id=${id}\n`, /broker 7/],
    ['of another cluster', () => 'version=0\nbroker.id=1\ncluster.id=abc\n', /cluster abc/],
    ['of KRaft', () => 'version=1\nnode.id=1\n', /version 1.*KRaft/],
  ])('%s is refused', async (_, text, reason) => {
    const meta = readFileSync(join(first, 'meta.properties'), 'utf8');
    const clusterId = /^cluster\.id=(.*)$/m.exec(meta)?.[1];
    rmSync(foreign(), { recursive: true, force: true });
    mkdirSync(foreign());
    writeFileSync(join(foreign(), 'meta.properties'), text(clusterId!));
    const { code, output } = await refusal({ id: 1, configs: { 'log.dirs': foreign() } });
    expect(code).toBe(1);
    expect(output).toMatch(reason);
  });

  test('is refused when its broker runs, which does not notice', async () => {
    const { code, output } = await refusal({
      id: 1,
      configs: { 'log.dirs': `${first},${second}` },
    });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`in use by process ${cluster.broker.pid}`));
    await produce(client, TOPIC, 0, integerBatch([400]));
    expect(await valuesOf(0)).toContain(400);
  });
});
