import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from '../../harness/seeded-random';
import type { Drill, Stage } from '../drill';
import type { DrillBroker } from '../drill-cluster';
import {
  failoverBudget,
  followerOf,
  hangBudget,
  leaderOf,
  somePartition,
  untilAcked,
  untilInSync,
  untilOutOfSync,
} from './moves';

const SESSION_MS = 4000;
const DISK_BYTES = 64 * 1024 * 1024;

/** Fills the disk of a leader; it is given room again, and started again if it gave up. */
async function fillLeadersDisk(stage: Stage): Promise<void> {
  const { tell, wait, until } = stage;
  const leader = await leaderOf(stage, somePartition(stage));
  await leader.fillDisk();
  tell(`the disk of ${leader.name} is full`);
  await wait(10_000);
  await leader.freeDisk();
  tell('there is room again');
  await wait(3000);
  const events = await leader.events();
  const failed = events.some(({ event }) => event === 'log-dir-failed');
  // A directory that has failed is not used again before the next start, as with Kafka.
  if (leader.running && failed) await leader.stop();
  await until('it may start', () => failed || leader.running);
  if (!leader.running) await leader.start();
  await untilInSync(stage);
}

const diskFull: Drill = {
  id: 'D23',
  name: 'disk-full',
  title: "A leader's disk has no byte left for ten seconds.",
  needs: ['disk'],
  cluster: { diskBytes: DISK_BYTES },
  workload: { padding: 200 },
  budget: { unavailabilityMs: 10_000 + hangBudget(SESSION_MS) },
  allowedErrors: ['log-dir-failed', 'log-io-error', 'disk-full', 'broker-fatal'],
  faults: fillLeadersDisk,
};

const diskAlmostFull: Drill = {
  id: 'D23b',
  name: 'disk-almost-full',
  title: 'A leader refuses records because its disk is almost full.',
  needs: ['disk'],
  cluster: {
    diskBytes: DISK_BYTES,
    configs: { 'log.dir.min.free.bytes': String(16 * 1024 * 1024) },
  },
  workload: { padding: 200 },
  budget: { unavailabilityMs: 10_000 + hangBudget(SESSION_MS) },
  allowedErrors: ['log-dir-failed', 'log-io-error', 'disk-full', 'broker-fatal'],
  faults: fillLeadersDisk,
};

/** Ways to spoil the end of a segment. */
const damages: readonly [string, (path: string, size: number, random: SeededRandom) => void][] = [
  ['cut', (path, size, random) => truncateSync(path, random.int(0, size - 1))],
  ['garbage after it', (path, _, random) => appendFileSync(path, random.bytes(3000))],
  ['zeros after it', (path) => appendFileSync(path, Buffer.alloc(5000))],
  [
    'flipped bit',
    (path, size, random) => flipBit(path, random.int(Math.floor(size / 2), size - 1)),
  ],
];

function flipBit(path: string, position: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  byte[0]! ^= 0x10;
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}

/** Spoils the last segment of each partition, each in some way. */
function spoil({ dataDirectory }: DrillBroker, topic: string, { random, tell }: Stage): void {
  for (const name of readdirSync(dataDirectory).filter((one) => one.startsWith(`${topic}-`))) {
    const directory = join(dataDirectory, name);
    const last = readdirSync(directory)
      .filter((file) => file.endsWith('.log'))
      .sort()
      .at(-1)!;
    const path = join(directory, last);
    const { size } = statSync(path);
    if (size === 0) continue;
    const [how, damage] = random.pick(damages);
    damage(path, size, random);
    tell(`${name}/${last}: ${how}`);
  }
}

function corruption(
  id: string,
  name: string,
  title: string,
  choose: (stage: Stage, partition: number) => Promise<DrillBroker>,
): Drill {
  return {
    id,
    name,
    title,
    needs: ['files'],
    budget: { unavailabilityMs: failoverBudget(SESSION_MS) },
    async faults(stage) {
      const victim = await choose(stage, somePartition(stage));
      await victim.kill();
      // Others go on without it: what it loses now, they have.
      await untilOutOfSync(stage, victim);
      await untilAcked(stage, 300);
      spoil(victim, stage.workload.topic, stage);
      await victim.start();
      await untilInSync(stage);
    },
  };
}

const slowFlushes: Drill = {
  id: 'D28',
  name: 'slow-disk',
  title: 'Flushes of a leader take two seconds each.',
  needs: ['slowFlush'],
  cluster: { sessionTimeoutMs: 6000, configs: { 'replica.lag.time.max.ms': '6000' } },
  workload: { topicConfigs: { 'flush.messages': '1' }, everyMs: 200, partitions: 4 },
  budget: { unavailabilityMs: 15_000 },
  async faults(stage) {
    const leader = await leaderOf(stage, somePartition(stage));
    await leader.slowFlushes(2000);
    stage.tell(`flushes of ${leader.name} are slow`);
    await stage.wait(15_000);
    await leader.slowFlushes(0);
  },
};

export const disks = [
  diskFull,
  diskAlmostFull,
  corruption('D27', 'corrupt-follower', 'The last segments of a follower are spoilt.', followerOf),
  corruption(
    'D27b',
    'corrupt-leader',
    'The last segments of a former leader are spoilt.',
    leaderOf,
  ),
  slowFlushes,
];
