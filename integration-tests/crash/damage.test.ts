import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListOffsets } from '../../client/protocol/messages/list-offsets';
import { forEachBatch, RecordBatchBuilder } from '../../client/records';
import { RawClient } from '../harness/raw-client';
import { createTopic, integersOf, produce, readBatches, readIntegers } from '../harness/raw-topics';
import { SeededRandom } from '../harness/seeded-random';
import { scanSegments } from '../harness/segment-scan';
import { TestCluster } from '../harness/test-cluster';
import { damages, PartitionFiles } from './damages';

const BATCHES = 45;
const PER_BATCH = 4;
const RECORDS = BATCHES * PER_BATCH;
const START_TIME = Date.now() - RECORDS;

const random = new SeededRandom();
const garbage = (bytes: number) => random.bytes(bytes);
let cluster: TestCluster;
let client: RawClient;

beforeAll(async () => {
  cluster = await TestCluster.start({
    configs: {
      'log.dir.min.free.bytes': '0',
      'log.segment.bytes': '4096',
      'log.index.interval.bytes': '512',
    },
  });
  client = await RawClient.connect(cluster.bootstrap);
});
afterAll(() => cluster.stop());

async function restart(): Promise<void> {
  await cluster.startBroker();
  client = await RawClient.connect(cluster.bootstrap);
}

/** Each record's value is its offset, and its time that many ms after the first. */
function batchFrom(first: number): Buffer {
  const builder = new RecordBatchBuilder();
  const key = Buffer.alloc(100, 0x2e);
  for (let value = first; value < first + PER_BATCH; value++) {
    builder.tryAppend(START_TIME + value, key, String(value));
  }
  return Buffer.from(builder.build());
}

async function fill(topic: string): Promise<void> {
  await createTopic(client, topic, 1);
  const sent = [];
  for (let first = 0; first < RECORDS; first += PER_BATCH) {
    sent.push(produce(client, topic, 0, batchFrom(first)));
  }
  await Promise.all(sent);
}

async function offsetAt(topic: string, timestamp: number): Promise<number> {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }];
  const answer = await client.request(ListOffsets, { isolationLevel: 0, topics });
  return answer.topics[0]!.partitions[0]!.offset;
}

/** Everything below `end` is there, is found by offset and by time, and the log goes on at `end`. */
async function expectIntact(topic: string, end: number): Promise<void> {
  const expected = Array.from({ length: end }, (_, offset) => ({ offset, value: offset }));
  expect(await readIntegers(client, topic, 0)).toEqual(expected);
  for (const wanted of [0, 1, Math.floor(end / 4), Math.floor(end / 2), end - 1]) {
    const [chunk] = await readBatches(client, topic, 0, wanted);
    let offsets: number[] = [];
    forEachBatch(chunk!, (batch) => {
      offsets = integersOf(batch).map(({ offset }) => offset);
      return false;
    });
    expect(offsets).toContain(wanted);
    expect(await offsetAt(topic, START_TIME + wanted)).toBe(wanted);
  }
  expect(await offsetAt(topic, START_TIME + end)).toBe(-1);
  expect(await produce(client, topic, 0, batchFrom(end))).toBe(end);
}

describe.each([
  { after: 'a clean stop', signal: 'SIGTERM' },
  { after: 'a crash', signal: 'SIGKILL' },
] as const)('damage to files after $after', ({ signal }) => {
  const inflicted = damages.filter(({ onlyAfterCrash }) => signal === 'SIGKILL' || !onlyAfterCrash);
  const topicOf = (name: string) => `${name}-after-${signal.toLowerCase()}`;
  const ends = new Map<string, number>();

  beforeAll(async () => {
    for (const { name } of inflicted) await fill(topicOf(name));
    await cluster.broker.kill(signal);
    const marker = join(cluster.broker.dataDirectory, '.kafka_cleanshutdown');
    expect(existsSync(marker)).toBe(signal === 'SIGTERM');
    for (const { name, inflict } of inflicted) {
      const files = new PartitionFiles(join(cluster.broker.dataDirectory, `${topicOf(name)}-0`));
      expect(files.endOffset).toBe(RECORDS);
      expect(files.segments.length).toBeGreaterThan(4);
      ends.set(name, inflict(files, garbage));
    }
    await restart();
  });

  test.each(inflicted)('$name', async ({ name, event }) => {
    const topic = topicOf(name);
    await expectIntact(topic, ends.get(name)!);
    if (event === undefined) return;
    const told = cluster.broker.log.entries.filter(
      (entry) => entry['event'] === event && JSON.stringify(entry).includes(`${topic}-0`),
    );
    expect(told).not.toEqual([]);
  });

  test('what is left is sound on disk', async () => {
    await cluster.broker.kill();
    const scanned = await scanSegments(cluster.broker.dataDirectory);
    await restart();
    for (const { name } of inflicted) {
      const { nextOffset } = scanned.find((partition) => partition.name === `${topicOf(name)}-0`)!;
      expect({ name, nextOffset }).toEqual({ name, nextOffset: ends.get(name)! + PER_BATCH });
    }
  });
});

describe('damage to a log directory', () => {
  const TOPIC = 'bystander';
  const inDirectory = (name: string) => join(cluster.broker.dataDirectory, name);
  const checkpoints = [
    'recovery-point-offset-checkpoint',
    'log-start-offset-checkpoint',
    'replication-offset-checkpoint',
  ];
  let end = RECORDS;
  beforeAll(() => fill(TOPIC));

  /** Stops the broker, does something to its directory, and finds everything in order again. */
  async function after(signal: 'SIGTERM' | 'SIGKILL', inflict: () => void): Promise<void> {
    await cluster.broker.kill(signal);
    inflict();
    await restart();
    await expectIntact(TOPIC, end);
    end += PER_BATCH;
  }

  const rewrite = (text: string | Buffer, lock: string) => () => {
    for (const name of checkpoints) writeFileSync(inDirectory(name), text);
    writeFileSync(inDirectory('.lock'), lock);
  };

  describe.each(['SIGTERM', 'SIGKILL'] as const)('after %s', (signal) => {
    test('all small files are missing', async () => {
      await after(signal, () => {
        for (const name of ['meta.properties', '.lock', ...checkpoints]) {
          rmSync(inDirectory(name), { force: true });
        }
      });
      expect(readFileSync(inDirectory('meta.properties'), 'utf8')).toContain('broker.id=1\n');
    });

    test.each([
      ['cut', 'of a dead process', '0\n7\nbystander 0 12\n', '{"pid":1,"startedAt":"","host":""}'],
      ['of garbage', 'of garbage', garbage(200), '\u0000{'],
    ])('checkpoints are %s, a lock %s is left', async (_, _lock, checkpoint, lock) => {
      await after(signal, rewrite(checkpoint, lock));
      expect(cluster.broker.log.count('checkpoint-unreadable')).toBe(checkpoints.length);
    });

    test('checkpoints are empty, a lock as Kafka leaves it', () => after(signal, rewrite('', '')));
  });

  test.each([
    ['behind', 5],
    ['ahead of', 1_000_000],
  ])('checkpoints %s the log', (_, offset) =>
    after('SIGKILL', () => {
      const text = `0\n1\n${TOPIC} 0 ${offset}\n`;
      writeFileSync(inDirectory('recovery-point-offset-checkpoint'), text);
      writeFileSync(inDirectory('replication-offset-checkpoint'), text);
    }),
  );

  test('a clean marker over a torn tail', async () => {
    await cluster.broker.stop();
    const { active, lastBatch } = new PartitionFiles(inDirectory(`${TOPIC}-0`));
    truncateSync(active.path('.log'), lastBatch.position + 20);
    end = lastBatch.baseOffset;
    await restart();
    expect(cluster.broker.log.count('log-recovered')).toBe(1);
    await expectIntact(TOPIC, end);
  });
});
