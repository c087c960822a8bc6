import { fork } from 'node:child_process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ensureCodecsReady } from '../../client/records';
import { verdictLine } from '../../tools/drill/checker/verdict';
import { mutationNames, mutations, type Mutation } from './mutations';
import { runSchedule, type Outcome } from './schedule';

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly seconds: number;
  readonly jobs: number;
  readonly verbose: boolean;
  readonly mutation?: Mutation;
  readonly groups: boolean;
  readonly compaction?: boolean;
}

/** What a worker tells of one schedule. */
type Report = Pick<Outcome, 'seed' | 'problems' | 'fingerprint'> & {
  readonly acked: number;
  readonly line: string;
};

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('A whole number.');
  return value;
}

const program = new Command()
  .name('simulate')
  .description(
    'Runs three brokers, ZooKeeper and clients in virtual time, lets things go wrong as a seed ' +
      'says, and checks that nothing was lost. The same seed gives the same run.',
  )
  .option('--seed <n>', 'the first seed', wholeNumber, 1)
  .option('--count <n>', 'schedules to run, with seeds one after the other', wholeNumber, 1)
  .option('--seconds <n>', 'how long things go wrong, in virtual time', wholeNumber, 60)
  .option('--jobs <n>', 'processes that share the schedules', wholeNumber, 1)
  .addOption(
    new Option(
      '--mutation <name>',
      'put a known mistake into the code, which must be found',
    ).choices(mutationNames),
  )
  .option('--groups', 'groups of consumers in every schedule, not only in some', false)
  .option('--compaction', 'a compacted topic in every schedule, not only in some')
  .option('--verbose', 'tell everything that happens', false);

async function* runHere({
  seed,
  count,
  seconds,
  verbose,
  mutation,
  groups,
  compaction,
}: Options): AsyncIterable<Report> {
  await ensureCodecsReady();
  if (mutation) mutations[mutation]();
  // Most errors of a schedule are part of it; to note where each came from would take long.
  if (!verbose) Error.stackTraceLimit = 0;
  for (let i = 0; i < count; i++) {
    const onLine = verbose ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
    const { problems, fingerprint, verdict } = await runSchedule({
      seed: seed + i,
      seconds,
      onLine,
      withGroups: groups,
      withCompaction: compaction,
    });
    const line = verdictLine(verdict);
    yield { seed: seed + i, problems, fingerprint, acked: verdict.acked, line };
  }
}

/** Shares the seeds among processes, each with a run of its own. */
async function* runInJobs({
  seed,
  count,
  seconds,
  jobs,
  mutation,
  groups,
  compaction,
}: Options): AsyncIterable<Report> {
  const waiting: Report[] = [];
  let wake = () => {};
  let running = jobs;
  for (let job = 0; job < jobs; job++) {
    const first = seed + Math.floor((count * job) / jobs);
    const share = seed + Math.floor((count * (job + 1)) / jobs) - first;
    const child = fork(
      __filename,
      [
        ...[
          '--seed',
          `${first}`,
          '--count',
          `${share}`,
          '--seconds',
          `${seconds}`,
          ...(mutation ? ['--mutation', mutation] : []),
          ...(groups ? ['--groups'] : []),
          ...(compaction ? ['--compaction'] : []),
        ],
      ],
      {
        env: { ...process.env, SIMULATE_JOB: '1' },
        execArgv: [...process.execArgv, '--max-semi-space-size=64'],
      },
    );
    child.on('message', (report) => {
      waiting.push(report as Report);
      wake();
    });
    child.on('exit', (code) => {
      running--;
      if (code !== 0) process.exitCode = 1;
      wake();
    });
  }
  while (running > 0 || waiting.length > 0) {
    while (waiting.length > 0) yield waiting.shift()!;
    if (running > 0) await new Promise<void>((resolve) => (wake = resolve));
  }
}

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const tell = process.env['SIMULATE_JOB'] ? (report: Report) => process.send!(report) : print;
  process.on('unhandledRejection', (error) => {
    console.error('A promise was rejected and nobody listened:', error);
    process.exit(1);
  });
  const started = performance.now();
  const reports = options.jobs > 1 ? runInJobs(options) : runHere(options);
  let [done, failed, acked] = [0, 0, 0];
  for await (const report of reports) {
    tell(report);
    done++;
    acked += report.acked;
    if (report.problems.length > 0) failed++;
  }
  if (process.env['SIMULATE_JOB']) process.exit(0);
  const ms = performance.now() - started;
  console.log(
    `${done} schedules of ${options.seconds} s, ${acked} records acknowledged, ${failed} failed; ` +
      `${Math.round(ms)} ms, ${Math.round(ms / Math.max(1, done))} ms each`,
  );
  process.exit(failed > 0 || done < options.count ? 1 : 0);

  function print({ seed, problems, fingerprint, line }: Report): void {
    if (options.count === 1) console.log(`seed ${seed}, trace ${fingerprint}: ${line}`);
    if (problems.length === 0) return;
    console.log(`seed ${seed} FAILED, trace ${fingerprint}: ${line}`);
    for (const problem of problems) console.log(`  ${problem}`);
    const mistake = options.mutation ? ` --mutation ${options.mutation}` : '';
    const groups = options.groups ? ' --groups' : '';
    const compaction = options.compaction ? ' --compaction' : '';
    const again = `npm run simulate -- --seed ${seed} --seconds ${options.seconds}`;
    console.log(`  again: ${again}${groups}${compaction}${mistake} --verbose`);
  }
}

void main();
