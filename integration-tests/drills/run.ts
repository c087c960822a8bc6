import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { ExitCode, runCommand, type CommandDefinition } from '../../tools/cli/command';
import { wholeNumber } from '../../tools/cli/number-option';
import { projectRoot } from '../../tools/cli/project-root';
import { catalogue } from './catalogue';
import type { Drill } from './drill';
import type { Driver } from './drill-cluster';
import { ProcessCluster } from './processes/process-cluster';
import { formatReport, type DrillReport } from './report';
import { runDrill } from './run-drill';

const drivers: Readonly<Record<string, Driver>> = {
  processes: (shape, directory) => ProcessCluster.start(shape, directory),
  // Only then: Docker's client is large.
  containers: async (shape) =>
    (await import('./containers/container-cluster.js')).ContainerCluster.start(shape),
};

interface Options {
  readonly drill?: readonly Drill[];
  readonly repeat: number;
  readonly driver: string;
  readonly seed?: number;
  readonly keep?: boolean;
  readonly list?: boolean;
}

const definition: CommandDefinition<Options> = {
  name: 'npm run drills --',
  summary:
    'Starts clusters, does harm to them under load, and judges whether anything acknowledged was ' +
    'lost, duplicated or reordered: a line for each drill. Exit code 1 when one has failed. What the ' +
    'drills are is said in docs/drills.md.',
  examples: [
    { line: 'npm run drills -- --list', does: 'the drills there are' },
    { line: 'npm run drills -- --drill D01,D19', does: 'two of them' },
    {
      line: 'npm run drills -- --drill leader-kill --repeat 10 --driver containers',
      does: 'one of them, ten times, in containers',
    },
  ],
  configure: (command) =>
    command
      .option('--drill <ids>', 'ids or names of drills, separated by commas; default all', choose)
      .option('--repeat <times>', 'how often each', wholeNumber({ least: 1 }), 1)
      .addOption(
        new Option('--driver <name>', 'what the cluster is made of')
          .choices(Object.keys(drivers))
          .default('processes'),
      )
      .option('--seed <number>', 'of the first run; each further one counts up', wholeNumber())
      .option('--keep', 'keep logs and segments of drills that pass, too')
      .option('--list', 'only say what there is'),
  async run({ options, print }) {
    const { drill: chosen = catalogue, repeat, keep = false } = options;
    if (options.list) {
      for (const { id, name, title } of chosen) print(`${id} ${name}: ${title}`);
      return ExitCode.ok;
    }
    const driver = drivers[options.driver]!;
    const first = options.seed ?? Date.now() % 1e6;
    const reports: DrillReport[] = [];
    for (let seed = first; seed < first + repeat; seed++) {
      for (const drill of chosen) {
        const directory = join(projectRoot(), '.cache', 'drills', `${drill.id}-${seed}`);
        const report = await runDrill(drill, { driver, seed, directory, keep });
        print(formatReport(report));
        reports.push(report);
      }
    }
    const failed = reports.filter(({ problems }) => problems.length > 0).length;
    const skipped = reports.filter((report) => report.skipped !== undefined).length;
    const passed = reports.length - failed - skipped;
    print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed === 0 ? ExitCode.ok : ExitCode.failure;
  },
};

/** @throws InvalidArgumentError when there is no such drill */
function choose(given: string): readonly Drill[] {
  return given.split(',').map((word) => {
    const found = catalogue.find(({ id, name }) => id === word || name === word);
    if (!found) throw new InvalidArgumentError(`There is no drill ${word}.`);
    return found;
  });
}

// Exits are what makes the processes end that were started; the other signals are the command's.
process.once('SIGHUP', () => process.exit(ExitCode.interrupted));
void runCommand(definition);
