import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { apis } from '../../client/protocol/apis';
import { boxedTable } from '../../tools/cli/table';
import { BrokerProcess } from '../harness/broker-process';
import { RawClient } from '../harness/raw-client';
import { createTopic } from '../harness/raw-topics';
import { SeededRandom } from '../harness/seeded-random';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';
import { processFacts } from '../harness/process-facts';
import { writeLargeLog, type LargeLog, type LargeLogPlan } from './write-log';

/**
 * How the broker bears a large log (on Linux): start after a clean stop, memory, what a look-up by time reads.
 *
 *     node dist/integration-tests/large-log/large-log.js [gigabytes, default 10]
 *
 * Needs so much room in the directory for temporary files, and gives it back.
 */

const GIGABYTE = 1024 ** 3;
const LOOK_UPS = 500;
const TARGETS = { startMs: 10_000, residentMb: 250, pagesPerLookUp: 16 };
const PAGE = 4096;

interface LookUps {
  readonly bytes: number;
  readonly calls: number;
  readonly worstMs: number;
}

const plan: LargeLogPlan = {
  topic: 'large',
  partitions: 50,
  bytes: Number(process.argv[2] ?? 10) * GIGABYTE,
  segmentBytes: 24 * 1024 * 1024,
  startTime: Date.now() - 3_600_000,
};

/** Asks for records by their times, anywhere in the log, and checks what is found. */
async function lookUpByTime(broker: BrokerProcess, log: LargeLog): Promise<LookUps> {
  const client = await RawClient.connect(broker.address);
  const random = new SeededRandom(1);
  const before = processFacts(broker.pid);
  let worstMs = 0;
  for (let n = 0; n < LOOK_UPS; n++) {
    const batch = random.int(0, log.batchesPerPartition - 1);
    const partitionIndex = random.int(0, plan.partitions - 1);
    const wanted = [{ partitionIndex, timestamp: plan.startTime + batch }];
    const started = performance.now();
    const { topics } = await client.request(apis.ListOffsets, {
      isolationLevel: 0,
      topics: [{ name: plan.topic, partitions: wanted }],
    });
    worstMs = Math.max(worstMs, performance.now() - started);
    const { offset, errorCode } = topics[0]!.partitions[0]!;
    if (errorCode !== 0 || offset !== batch * log.recordsPerBatch) {
      throw new Error(`Found ${offset} (error ${errorCode}) for batch ${batch}.`);
    }
  }
  const after = processFacts(broker.pid);
  await client.close();
  const perLookUp = (difference: number) => difference / LOOK_UPS;
  return {
    bytes: perLookUp(after.bytesRead - before.bytesRead),
    calls: perLookUp(after.readCalls - before.readCalls),
    worstMs,
  };
}

/** Has the kernel drop what it keeps of these files in memory, as after a start of the machine. */
function forgetCachedPages(directory: string): void {
  const drop = ['dd', 'if={}', 'iflag=nocache', 'count=0', 'status=none'];
  execFileSync('find', [directory, '-type', 'f', '-exec', ...drop, ';']);
}

async function run(directory: string, zookeeper: ZooKeeperEnsemble): Promise<boolean> {
  const start = () =>
    BrokerProcess.start({
      zookeeperConnect: zookeeper.connectString,
      directory,
      configs: {
        'log.dir.min.free.bytes': '0',
        'log.segment.bytes': String(plan.segmentBytes),
        'log.retention.ms': '-1',
      },
    });
  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const since = performance.now();
    return [await work, performance.now() - since];
  };

  const first = await start();
  const admin = await RawClient.connect(first.address);
  await createTopic(admin, plan.topic, plan.partitions);
  await first.stop();
  const [log, writeMs] = await timed(writeLargeLog(first.dataDirectory, plan));
  const rate = Math.round(log.bytes / 1024 / 1024 / (writeMs / 1000));
  process.stdout.write(`Written in ${Math.round(writeMs / 1000)} s, ${rate} MB/s.\n`);

  forgetCachedPages(first.dataDirectory);
  const [broker, startMs] = await timed(start());
  const started = processFacts(broker.pid);
  const cold = await lookUpByTime(broker, log);
  const warm = await lookUpByTime(broker, log);
  const used = processFacts(broker.pid);
  const [, stopMs] = await timed(broker.stop());
  const [again, secondStartMs] = await timed(start());
  await again.kill();
  const [crashed, recoveryMs] = await timed(start());
  await crashed.stop();

  const pages = (bytes: number) => Math.ceil(bytes / PAGE);
  const lookUp = ({ bytes, calls, worstMs }: LookUps) =>
    `${pages(bytes)} pages (${Math.round(bytes)} bytes, ${calls.toFixed(1)} read calls), ` +
    `at most ${worstMs.toFixed(1)} ms`;
  const gigabytes = (log.bytes / GIGABYTE).toFixed(2);
  process.stdout.write(
    `${boxedTable(
      [{ header: '' }, { header: 'measured' }, { header: 'target' }],
      [
        ['log', `${gigabytes} GB, ${log.segments} segments, ${plan.partitions} partitions`, ''],
        ['load of the machine', `${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`, ''],
        [
          'start after a clean stop, nothing cached',
          `${Math.round(startMs)} ms`,
          `< ${TARGETS.startMs} ms`,
        ],
        ['the same, files in the page cache', `${Math.round(secondStartMs)} ms`, ''],
        ['start after kill -9', `${Math.round(recoveryMs)} ms`, ''],
        ['clean stop', `${Math.round(stopMs)} ms`, ''],
        [
          'memory when started',
          `${Math.round(started.residentMb)} MB`,
          `< ${TARGETS.residentMb} MB`,
        ],
        [
          'memory after look-ups',
          `${Math.round(used.residentMb)} MB`,
          `< ${TARGETS.residentMb} MB`,
        ],
        ['look-up by time, nothing cached', lookUp(cold), 'a handful of pages'],
        ['the same, repeated', lookUp(warm), ''],
      ],
    )}\n`,
  );
  return (
    startMs < TARGETS.startMs &&
    used.residentMb < TARGETS.residentMb &&
    pages(cold.bytes) <= TARGETS.pagesPerLookUp
  );
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'kafka-classic-large-log-'));
  const zookeeper = await ZooKeeperEnsemble.start();
  try {
    const reached = await run(directory, zookeeper);
    process.stdout.write(reached ? 'All targets are reached.\n' : 'A target is missed.\n');
    process.exitCode = reached ? 0 : 1;
  } finally {
    await zookeeper.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

void main();
