import { kafkaCodec } from '../../client/protocol/kafka/codec';
import { ensureCodecsReady } from '../../client/records';
import { RawClient } from '../harness/raw-client';
import { createTopic } from '../harness/raw-topics';
import { SeededRandom } from '../harness/seeded-random';
import { scanSegments } from '../harness/segment-scan';
import { TestCluster } from '../harness/test-cluster';
import { FuzzTally, throwFrames, type FuzzTarget } from './fuzz-connection';
import { HealthyClient } from './healthy-client';
import { kafkaDialect } from './kafka-frames';
import { residentMb } from './resident-memory';

/** A few seconds; give more in `$KAFKA_FUZZ_FRAMES`, with another `$TEST_SEED`. */
const FRAMES = Number(process.env['KAFKA_FUZZ_FRAMES'] ?? 6_000);
const SEED = Number(process.env['TEST_SEED'] ?? 5);
const AT_A_TIME = 16;
const MOST_SOUND_FRAMES = 10;
const HEALTHY = 'healthy';
const TOPICS = ['target', 'target-compacted'];
/** Far less than what the lengths announce, and more than the collector lets lie. */
const MOST_GROWTH_MB = 300;
/** pino's. */
const ERROR_LEVEL = 50;

let cluster: TestCluster;
beforeAll(async () => {
  await ensureCodecsReady();
  cluster = await TestCluster.start({
    configs: { 'log.dir.min.free.bytes': '0', 'group.initial.rebalance.delay.ms': '0' },
  });
});
afterAll(() => cluster.stop());

async function throwAll(target: FuzzTarget, pid: number): Promise<number> {
  let most = 0;
  const thrower = async (): Promise<void> => {
    while (target.tally.frames < FRAMES) {
      await throwFrames(target, MOST_SOUND_FRAMES);
      most = Math.max(most, residentMb(pid));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, thrower));
  return most;
}

test('malformed Kafka requests of every API and version do no harm', async () => {
  const { broker } = cluster;
  const admin = await RawClient.connect(cluster.bootstrap, 'admin', kafkaCodec);
  await createTopic(admin, HEALTHY, 1);
  await createTopic(admin, TOPICS[0]!, 2, { 'segment.bytes': String(1024 * 1024) });
  await createTopic(admin, TOPICS[1]!, 2, { 'cleanup.policy': 'compact' });
  const before = residentMb(broker.pid);

  const tally = new FuzzTally();
  const random = new SeededRandom(SEED);
  const target = { dialect: kafkaDialect, port: broker.port, topics: TOPICS, random, tally };
  const healthy = new HealthyClient(cluster.bootstrap, HEALTHY, kafkaCodec);
  const health = healthy.run();
  const started = performance.now();
  const most = (await Promise.race([throwAll(target, broker.pid), health])) as number;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  healthy.stop();
  await health;

  expect(broker.running).toBe(true);
  await admin.close();
  await broker.stop();
  const unexpected = broker.log.entries.filter((entry) => Number(entry['level']) >= ERROR_LEVEL);
  expect(unexpected).toEqual([]);
  const scanned = await scanSegments(broker.dataDirectory, undefined, undefined, (partition) =>
    partition.startsWith('target-compacted'),
  );
  const batches = scanned.reduce((sum, partition) => sum + partition.batches, 0);
  process.stdout.write(
    `Fuzzed the Kafka wire (seed ${SEED}): ${tally.frames} frames on ${tally.connections} ` +
      `connections in ${seconds} s, ${tally.answered} answered, ${tally.closedByBroker} ` +
      `connections closed by the broker, ${tally.leftWaiting} left waiting; meanwhile ` +
      `${healthy.values} records written and read; memory ${before} MB before, ${most} MB at ` +
      `most; ${batches} batches on disk, all valid\n`,
  );
  expect(most - before).toBeLessThan(MOST_GROWTH_MB);
});
