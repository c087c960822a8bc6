import { fork } from 'node:child_process';
import { Option } from 'commander';
import { ensureCodecsReady } from '../../client/records';
import { ExitCode, runCommand, type CommandDefinition } from '../../tools/cli/command';
import { wholeNumber } from '../../tools/cli/number-option';
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
async function* runInJobs(options: Options): AsyncIterable<Report> {
  const { seed, count, jobs } = options;
  const waiting: Report[] = [];
  let wake = () => {};
  let running = jobs;
  for (let job = 0; job < jobs; job++) {
    const first = seed + Math.floor((count * job) / jobs);
    const share = seed + Math.floor((count * (job + 1)) / jobs) - first;
    const child = fork(
      __filename,
      ['--seed', `${first}`, '--count', `${share}`, ...sameForAll(options)],
      {
        env: { ...process.env, SIMULATE_JOB: '1' },
        execArgv: [...process.execArgv, '--max-semi-space-size=64'],
      },
    );
    child.on('message', (report) => {
      waiting.push(report as Report);
      wake();
    });
    child.on('exit', () => {
      running--;
      wake();
    });
  }
  while (running > 0 || waiting.length > 0) {
    while (waiting.length > 0) yield waiting.shift()!;
    if (running > 0) await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** The options that do not say which seeds. */
function sameForAll({ seconds, mutation, groups, compaction }: Options): string[] {
  return [
    ...['--seconds', `${seconds}`],
    ...(mutation ? ['--mutation', mutation] : []),
    ...(groups ? ['--groups'] : []),
    ...(compaction ? ['--compaction'] : []),
  ];
}

const definition: CommandDefinition<Options> = {
  name: 'npm run simulate --',
  summary:
    'Runs three brokers, ZooKeeper and clients in virtual time, lets things go wrong as a seed ' +
    'says, and checks that nothing was lost. The same seed gives the same run. Exit code 1 when a ' +
    'schedule has failed.',
  examples: [
    { line: 'npm run simulate -- --seed 42 --verbose', does: 'one schedule, and all that happens' },
    { line: 'npm run simulate -- --count 2000 --jobs 2', does: 'those that CI runs' },
    {
      line: 'npm run simulate -- --count 500 --mutation truncate-by-high-watermark',
      does: 'see that a mistake in the code is found',
    },
  ],
  configure: (command) =>
    command
      .option('--seed <n>', 'the first seed', wholeNumber(), 1)
      .option('--count <n>', 'schedules to run, with seeds one after the other', wholeNumber(), 1)
      .option('--seconds <n>', 'how long things go wrong, in virtual time', wholeNumber(), 60)
      .option('--jobs <n>', 'processes that share the schedules', wholeNumber({ least: 1 }), 1)
      .addOption(
        new Option(
          '--mutation <name>',
          'put a known mistake into the code, which must be found',
        ).choices(mutationNames),
      )
      .option('--groups', 'groups of consumers in every schedule, not only in some', false)
      .option('--compaction', 'a compacted topic in every schedule, not only in some')
      .option('--verbose', 'tell everything that happens', false),
  async run({ options, print }) {
    const isJob = process.env['SIMULATE_JOB'] !== undefined;
    process.on('unhandledRejection', (error) => {
      console.error('A promise was rejected and nobody listened:', error);
      process.exit(ExitCode.failure);
    });
    const started = performance.now();
    let [done, failed, acked] = [0, 0, 0];
    for await (const report of options.jobs > 1 ? runInJobs(options) : runHere(options)) {
      if (isJob) process.send!(report);
      else linesOf(report, options).forEach(print);
      done++;
      acked += report.acked;
      if (report.problems.length > 0) failed++;
    }
    if (isJob) return ExitCode.ok;
    const ms = performance.now() - started;
    print(
      `${done} schedules of ${options.seconds} s, ${acked} records acknowledged, ${failed} failed; ` +
        `${Math.round(ms)} ms, ${Math.round(ms / Math.max(1, done))} ms each`,
    );
    return failed > 0 || done < options.count ? ExitCode.failure : ExitCode.ok;
  },
};

function linesOf({ seed, problems, fingerprint, line }: Report, options: Options): string[] {
  const verdict = (outcome: string) => `seed ${seed}${outcome}, trace ${fingerprint}: ${line}`;
  if (problems.length === 0) return options.count === 1 ? [verdict('')] : [];
  const again = ['npm run simulate --', '--seed', `${seed}`, ...sameForAll(options), '--verbose'];
  return [
    verdict(' FAILED'),
    ...problems.map((problem) => `  ${problem}`),
    `  again: ${again.join(' ')}`,
  ];
}

void runCommand(definition);
