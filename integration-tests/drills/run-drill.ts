import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import { check } from '../../tools/drill/checker/check';
import { anomalyNames, type Verdict } from '../../tools/drill/checker/verdict';
import { SeededRandom } from '../harness/seeded-random';
import type { Drill, Stage } from './drill';
import type { ClusterShape, Driver, DrillCluster } from './drill-cluster';
import { ClusterView } from './judge/cluster-view';
import { EpochWatch } from './judge/epoch-watch';
import { invariantProblems, isWhole } from './judge/invariants';
import { readLogs } from './judge/log-watch';
import { readReplica } from './judge/replicas';
import type { DrillReport } from './report';
import { Timeline, within } from './timeline';
import { usualWorkload, Workload } from './workload/workload';

export interface RunOptions {
  readonly driver: Driver;
  readonly seed: number;
  /** Where logs and evidence go; emptied first, and removed when the drill passes. */
  readonly directory: string;
  /** By how much time budgets are stretched, for machines that are busy with other things. Default 1. */
  readonly leniency?: number;
  /** Keeps logs and segments of a drill that passes, too. */
  readonly keep?: boolean;
}

const usualCluster: Omit<ClusterShape, 'needs'> = {
  brokers: 3,
  servers: 3,
  sessionTimeoutMs: 4000,
  configs: {
    'replica.lag.time.max.ms': '4000',
    // Sessions are short here, but who starts on a busy machine may have to wait longer than that.
    'zookeeper.connection.timeout.ms': '30000',
    'controlled.shutdown.retry.backoff.ms': '500',
  },
};

const LIMIT_MS = 8 * 60_000;
const WARM_UP_MS = 3000;
const QUIET_MS = 3000;

/** Everything of one run; filled as it goes on, so that there is something to tell when it breaks. */
class Run {
  readonly random: SeededRandom;
  readonly timeline: Timeline;
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  cluster: DrillCluster | undefined;
  view: ClusterView | undefined;
  workload: Workload | undefined;
  epochs: EpochWatch | undefined;
  verdict: Verdict | undefined;
  skipped: string | undefined;

  constructor(
    readonly drill: Drill,
    readonly options: RunOptions,
  ) {
    this.random = new SeededRandom(options.seed);
    this.timeline = new Timeline(join(options.directory, 'timeline.txt'));
  }
}

/** Runs a drill to its verdict. Never rejects; whatever goes wrong is in the report. */
export async function runDrill(drill: Drill, options: RunOptions): Promise<DrillReport> {
  const { directory, seed } = options;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const run = new Run(drill, options);
  try {
    await within(play(run), drill.limitMs ?? LIMIT_MS);
  } catch (error) {
    run.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const failed = run.problems.length > 0;
  if (failed || options.keep) await keepEvidence(run);
  await tearDown(run);
  const { skipped, verdict, problems, notes } = run;
  const failures = [...(run.workload?.failures ?? [])];
  const failedSends = failures.reduce((sum, [, count]) => sum + count, 0);
  const report: DrillReport = {
    id: drill.id,
    name: drill.name,
    seed,
    failedSends,
    notes,
    problems,
    seconds: run.timeline.seconds,
    ...(skipped !== undefined && { skipped }),
    ...(verdict && { verdict }),
    ...((failed || options.keep) && { kept: directory }),
  };
  if (!failed && !options.keep) rmSync(directory, { recursive: true, force: true });
  return report;
}

async function play(run: Run): Promise<void> {
  const { drill, timeline } = run;
  const stage = await setUp(run);
  if (!stage) return;
  await delay(drill.warmUpMs ?? WARM_UP_MS);
  timeline.tell('faults');
  await drill.faults(stage);
  timeline.tell('healed');
  await settle(run, stage);
  await judge(run, stage);
}

async function setUp(run: Run): Promise<Stage | undefined> {
  const { drill, options, random, timeline } = run;
  const { needs = [] } = drill;
  const shape = {
    ...usualCluster,
    ...drill.cluster,
    configs: { ...usualCluster.configs, ...drill.cluster?.configs },
    needs,
  };
  const cluster = await options.driver(shape, options.directory);
  run.cluster = cluster;
  const missing = needs.filter((ability) => !cluster.abilities.has(ability));
  if (missing.length > 0) {
    run.skipped = `this driver cannot: ${missing.join(', ')}`;
    return undefined;
  }
  const view = (run.view = await ClusterView.open(cluster.zookeeperConnect));
  // Of its own: how often writers ask must not change what the faults are.
  const load = new SeededRandom(options.seed + 1);
  const workload = await Workload.start({ ...usualWorkload, ...drill.workload }, cluster, load);
  run.workload = workload;
  run.epochs = new EpochWatch(view, workload.topic, workload.shape.partitions);
  const stage: Stage = {
    cluster,
    workload,
    view,
    random,
    tell: (what) => timeline.tell(what),
    elections: () => run.epochs?.elections ?? 0,
    note: (what) => run.notes.push(what),
    wait: (ms) => delay(ms),
    until: (what, condition, limitMs) => timeline.until(what, condition, limitMs),
  };
  await timeline.until('something is acknowledged in every partition', () =>
    Array.from({ length: workload.shape.partitions }, (_, i) => workload.ackedOf(i)).every(Boolean),
  );
  timeline.tell('under load');
  return stage;
}

/** Everything is back, by itself, while the load goes on; then the load ends. */
async function settle(run: Run, { cluster, workload, view }: Stage): Promise<void> {
  const { drill, timeline } = run;
  await delay(drill.quietMs ?? QUIET_MS);
  await timeline.until('all brokers live, all replicas are in sync (I2)', () =>
    isWhole(cluster, view, workload),
  );
  timeline.tell('whole');
  const acked = workload.acked;
  await timeline.until('records are acknowledged again', () => workload.acked > acked + 100);
  await workload.stopWriting();
  await timeline.until('every send has ended (I7)', () => workload.settled, 150_000);
  timeline.tell('quiet');
}

async function judge(run: Run, stage: Stage): Promise<void> {
  const { drill, timeline, problems, epochs } = run;
  const { cluster, workload, view } = stage;
  await within(workload.readToTheEnd(), 120_000);
  await timeline.until('readers have read everything', () => workload.caughtUp);
  await timeline.until('all replicas are in sync', () => isWhole(cluster, view, workload));
  problems.push(...workload.readFailures.map((what) => `a reader failed: ${what}`));
  problems.push(...((await drill.checks?.(stage)) ?? []));
  problems.push(...workload.looseProblems());
  problems.push(...(await workload.churnProblems(view)));
  problems.push(...(await invariantProblems(view)));
  await epochs!.stop();
  problems.push(...epochs!.problems);
  run.notes.push(`elections ${epochs!.elections}`);
  await workload.close();
  timeline.tell('stopping');
  for (const broker of cluster.brokers) await broker.stop();
  if (cluster.abilities.has('files')) {
    for (const { id, dataDirectory } of cluster.brokers) {
      problems.push(...(await readReplica(workload.history, id, dataDirectory)));
    }
    problems.push(...((await drill.stopped?.(stage)) ?? []));
  }
  problems.push(
    ...(await readLogs(cluster, [workload.topic, workload.looseTopic], drill.allowedErrors ?? [])),
  );
  const verdict = (run.verdict = check(workload.history));
  problems.push(
    ...verdict.findings.map(({ anomaly, partition, what }) => `${anomaly}: ${partition}: ${what}`),
  );
  weigh(run, verdict);
}

/** The budget (I8), and that the drill was one at all. */
function weigh({ drill, problems, notes, workload, options }: Run, verdict: Verdict): void {
  const { failedSends = 0 } = drill.budget;
  const unavailabilityMs = drill.budget.unavailabilityMs * (options.leniency ?? 1);
  if (verdict.longestUnavailabilityMs > unavailabilityMs) {
    const ms = Math.round(verdict.longestUnavailabilityMs);
    problems.push(`unavailable for ${ms} ms, allowed are ${unavailabilityMs} ms`);
  }
  const failures = [...workload!.failures];
  const failed = failures.reduce((sum, [, count]) => sum + count, 0);
  if (failed > failedSends) {
    const codes = failures.map(([code, count]) => `${code} ${count}`).join(', ');
    problems.push(`${failed} sends failed (${codes}), allowed are ${failedSends}`);
  }
  const { churn, shape, looseCounts } = workload!;
  if (shape.loose) notes.push(`with acks=1 acked ${looseCounts.acked}, lost ${looseCounts.lost}`);
  if (churn) {
    const refused = [...churn.failures].map(([code, count]) => `, ${code} ${count}`).join('');
    notes.push(`admin operations ${churn.done}${refused}`);
  }
  // Counts that are zero because nobody looked would pass as well.
  if (verdict.acked === 0 || verdict.read < verdict.acked - verdict.lost) {
    problems.push(`a vacuous verdict over ${anomalyNames.length} anomalies`);
  }
}

async function keepEvidence({ cluster, view, options, timeline }: Run): Promise<void> {
  const { directory } = options;
  const attempts: [string, () => Promise<unknown>][] = [
    [
      'znodes',
      async () => writeFile(join(directory, 'znodes.txt'), (await view!.dump()).join('\n')),
    ],
    ['logs and segments', async () => cluster?.keep(directory, { data: true })],
  ];
  for (const [what, attempt] of attempts) {
    await within(attempt(), 30_000).catch((error: unknown) =>
      timeline.tell(`${what} could not be kept: ${describeError(error)}`),
    );
  }
}

async function tearDown({ cluster, view, workload, epochs, timeline }: Run): Promise<void> {
  const steps = [
    () => cluster?.close(),
    () => epochs?.stop(),
    () => workload?.close(),
    () => view?.close(),
  ];
  for (const step of steps) {
    await within(Promise.resolve(step()), 30_000).catch((error: unknown) =>
      timeline.tell(`Not torn down: ${describeError(error)}`),
    );
  }
}
