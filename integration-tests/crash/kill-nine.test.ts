import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import { projectRoot } from '../../tools/cli/project-root';
import { RawClient } from '../harness/raw-client';
import { createTopic, integersOf, readIntegers, type StoredInteger } from '../harness/raw-topics';
import { SeededRandom } from '../harness/seeded-random';
import { scanSegments } from '../harness/segment-scan';
import { TestCluster } from '../harness/test-cluster';
import { IntegerWriter } from './integer-writer';
import { faultless, ProduceHistory, total, type Verdict } from './produce-history';
import { Turnstile } from './turnstile';

const TOPIC = 'integers';
const PARTITIONS = 6;
const WRITERS = 4;
const KILLS = 20;

const random = new SeededRandom();
const histories = Array.from(
  { length: PARTITIONS },
  () => new ProduceHistory((value) => value % WRITERS),
);

let cluster: TestCluster;
beforeAll(async () => {
  // A session outlives every restart: a broker that had to wait for it would be noticed.
  cluster = await TestCluster.start({
    zookeeper: { tickTimeMs: 2000 },
    configs: { 'log.dir.min.free.bytes': '0' },
  });
});
afterAll(() => cluster.stop());

/** Counts acknowledgements, and the longest time without one. */
class Acknowledgements {
  refused = 0;
  longestGapMs = 0;
  private count = 0;
  private lastAt = performance.now();
  private waiting: { count: number; reached: Deferred<void> } | undefined;

  readonly note = (acked: boolean): void => {
    if (!acked) {
      this.refused++;
      return;
    }
    this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.lastAt);
    this.lastAt = performance.now();
    this.count++;
    if (this.waiting && this.count >= this.waiting.count) this.waiting.reached.resolve();
  };

  /** Resolves when so many more have come. */
  more(count: number): Promise<void> {
    this.waiting = { count: this.count + count, reached: deferred() };
    return this.waiting.reached.promise;
  }
}

/** Reads everything through the protocol; answers of the writers may still come in meanwhile. */
async function readBack(): Promise<Verdict> {
  const client = await RawClient.connect(cluster.bootstrap);
  const verdicts = [];
  for (const [partition, history] of histories.entries()) {
    const { ackCount } = history;
    verdicts.push(history.check(await readIntegers(client, TOPIC, partition), ackCount));
  }
  await client.close();
  return total(verdicts);
}

/** Reads everything from the files of the dead broker. */
async function scanOffline(): Promise<Verdict> {
  const stored = histories.map((): StoredInteger[] => []);
  await scanSegments(cluster.broker.dataDirectory, (partition, batch) => {
    stored[Number(partition.split('-')[1])]!.push(...integersOf(batch));
  });
  return total(histories.map((history, partition) => history.check(stored[partition]!)));
}

async function killAgainAndAgain(acks: Acknowledgements): Promise<void> {
  const turnstile = new Turnstile();
  const writers = await startWriters(acks, turnstile);
  const ended = Promise.all(writers.map((writer) => writer.ended));
  try {
    for (let kill = 1; kill <= KILLS; kill++) {
      await Promise.race([acks.more(random.int(1, 150)), ended]);
      expect(writers.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBeGreaterThan(0);
      await cluster.broker.kill();
      const broker = await cluster.startBroker();
      expect(broker.log.count('zk-waiting-for-owner')).toBe(0);
      // Else the writers, who need not decode anything, would run away from the reader.
      turnstile.hold();
      const read = await readBack();
      turnstile.release();
      expect({ kill, ...read }).toEqual({ kill, ...faultless(read) });
    }
  } finally {
    for (const writer of writers) writer.stop();
    turnstile.release();
  }
  await ended;
}

async function startWriters(
  acks: Acknowledgements,
  turnstile: Turnstile,
): Promise<IntegerWriter[]> {
  const admin = await RawClient.connect(cluster.bootstrap);
  await createTopic(admin, TOPIC, PARTITIONS, {
    'flush.messages': '1',
    'segment.bytes': String(32 * 1024),
  });
  await admin.close();
  return Array.from({ length: WRITERS }, (_, number) =>
    IntegerWriter.start({
      address: cluster.bootstrap,
      topic: TOPIC,
      histories,
      number,
      writers: WRITERS,
      random,
      turnstile,
      onAnswer: acks.note,
    }),
  );
}

test('twenty kills in the midst of writing lose nothing that was acknowledged', async () => {
  const acks = new Acknowledgements();
  try {
    await killAgainAndAgain(acks);
    const read = await readBack();
    expect(read).toEqual(faultless(read));
    await cluster.broker.kill();
    const scanned = await scanOffline();
    expect(scanned).toEqual(read);
    const { acked, lost, duplicated, reordered } = read;
    process.stdout.write(
      `kill -9, ${KILLS} times (seed ${random.seed}): acknowledged ${acked}, read ${read.read}, ` +
        `lost ${lost}, duplicated ${duplicated}, reordered ${reordered}, refused ${acks.refused}, ` +
        `longest without an acknowledgement ${Math.round(acks.longestGapMs)} ms\n`,
    );
  } catch (error) {
    await cluster.broker.kill();
    const kept = join(projectRoot(), '.cache', 'test-logs', `kill-nine-${random.seed}`);
    await cp(cluster.directory, kept, { recursive: true });
    process.stdout.write(`Seed ${random.seed}; the broker's files are in ${kept}.\n`);
    throw error;
  }
});
