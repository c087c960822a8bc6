import type { Socket } from 'node:net';
import { apis } from '../../client/protocol/apis';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { ensureCodecsReady } from '../../client/records';
import { RawClient } from '../harness/raw-client';
import { createTopic, produce } from '../harness/raw-topics';
import { SeededRandom } from '../harness/seeded-random';
import { scanSegments } from '../harness/segment-scan';
import { TestCluster } from '../harness/test-cluster';
import { bombBatch } from './corrupt-batches';
import {
  connectFrom,
  FuzzTally,
  throwFrames,
  type FuzzDialect,
  type FuzzTarget,
} from './fuzz-connection';
import { HealthyClient } from './healthy-client';
import { frame, lastFrames, validPayload } from './malformed-frames';
import { payloadOf } from './request-seeds';
import { residentMb } from './resident-memory';
import { soundFrames } from './sound-frames';

const FRAMES = 100_000;
const AT_A_TIME = 16;
const MOST_SOUND_FRAMES = 10;
const DEAF_CONNECTIONS = 40;
const BOMBS = 10;
const HEALTHY = 'healthy';
const COMPACTED = 'target-compacted';
const TOPICS = ['target', COMPACTED];
/** Memory goes up and down with the collector; its low points may grow by this when all is warm. */
const MOST_GROWTH_MB = 50;

const dialect: FuzzDialect = { codec: msgpackCodec, sound: soundFrames, last: lastFrames };
const random = new SeededRandom();
let cluster: TestCluster;
beforeAll(async () => {
  await ensureCodecsReady();
  cluster = await TestCluster.start({ configs: { 'log.dir.min.free.bytes': '0' } });
});
afterAll(() => cluster.stop());

/** Connections that ask for much and never read an answer. */
async function deafConnections(target: FuzzTarget): Promise<Socket[]> {
  const topics = [
    { topic: HEALTHY, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1e6 }] },
  ];
  const body = { maxWaitMs: 0, minBytes: 0, maxBytes: 1e6, topics };
  const request = frame(payloadOf({ api: apis.Fetch, body }, 1));
  const sockets = [];
  for (let i = 0; i < DEAF_CONNECTIONS; i++) {
    const socket = await connectFrom(target);
    socket.pause();
    for (let n = 0; n < 200; n++) {
      socket.write(n % 3 === 0 ? request : frame(validPayload(random, TOPICS[0]!)));
      target.tally.count('never read');
    }
    sockets.push(socket);
  }
  return sockets;
}

async function throwEverything(target: FuzzTarget, pid: number): Promise<number[]> {
  const { tally } = target;
  const memory: number[] = [];
  const deaf = await deafConnections(target);
  let nextSample = 0;
  const thrower = async (): Promise<void> => {
    while (tally.frames < FRAMES) {
      await throwFrames(target, MOST_SOUND_FRAMES);
      if (tally.frames < nextSample) continue;
      nextSample += FRAMES / 50;
      memory.push(residentMb(pid));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, thrower));
  for (const socket of deaf) socket.destroy();
  return memory;
}

/** Small batches that unpack to much, for the one kind of topic whose keys the broker looks at. */
async function throwBombs({ tally }: FuzzTarget): Promise<void> {
  const client = await RawClient.connect(cluster.bootstrap);
  for (let left = BOMBS; left > 0; left--) {
    const bomb = produce(client, COMPACTED, 0, bombBatch(random));
    await expect(bomb).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    tally.count('bomb');
  }
  await client.close();
}

test('a hundred thousand malformed frames do no harm', async () => {
  const { broker } = cluster;
  process.stdout.write(`Fuzzing with seed ${random.seed}.\n`);
  const admin = await RawClient.connect(cluster.bootstrap);
  await createTopic(admin, HEALTHY, 1);
  await createTopic(admin, TOPICS[0]!, 2, { 'segment.bytes': String(1024 * 1024) });
  await createTopic(admin, COMPACTED, 2, { 'cleanup.policy': 'compact' });

  const tally = new FuzzTally();
  const target = { dialect, port: broker.port, topics: TOPICS, random, tally };
  const started = performance.now();
  const healthy = new HealthyClient(cluster.bootstrap, HEALTHY, msgpackCodec);
  const health = healthy.run();
  const memory = await Promise.race([throwEverything(target, broker.pid), health]);
  await throwBombs(target);
  healthy.stop();
  await health;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);

  expect(broker.running).toBe(true);
  await admin.close();
  const samples = memory as number[];
  const part = (from: number, to: number) =>
    samples.slice(from * samples.length, to * samples.length);
  const warm = Math.min(...part(0.2, 0.4));
  const later = Math.min(...part(0.6, 1));
  await broker.stop();
  const compacted = (partition: string) => partition.startsWith(COMPACTED);
  const scanned = await scanSegments(broker.dataDirectory, undefined, undefined, compacted);
  const batches = scanned.reduce((sum, partition) => sum + partition.batches, 0);
  process.stdout.write(
    `Fuzzed (seed ${random.seed}): ${tally.frames} frames on ${tally.connections} connections in ` +
      `${seconds} s, ${tally.answered} answered, ${tally.closedByBroker} connections closed by ` +
      `the broker, ${tally.leftWaiting} left waiting; meanwhile ${healthy.values} records written and read; memory ${warm} MB when ` +
      `warm, ${later} MB later, ${Math.max(...samples)} MB at most; ${batches} batches on disk, all valid\n`,
  );
  expect(later - warm).toBeLessThan(MOST_GROWTH_MB);
});
