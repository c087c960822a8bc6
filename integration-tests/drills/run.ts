import { join } from 'node:path';
import { Command } from 'commander';
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
  readonly drill?: string;
  readonly repeat: string;
  readonly driver: string;
  readonly seed?: string;
  readonly keep?: boolean;
  readonly list?: boolean;
}

/** `npm run drills`: runs drills one after the other and prints a line for each. */
async function main(): Promise<number> {
  const options = new Command('drills')
    .option('--drill <ids>', 'ids or names of drills, separated by commas; default all')
    .option('--repeat <times>', 'how often each', '1')
    .option('--driver <name>', Object.keys(drivers).join(' or '), 'processes')
    .option('--seed <number>', 'of the first run; each further one counts up')
    .option('--keep', 'keeps logs and segments of drills that pass, too')
    .option('--list', 'only says what there is')
    .parse()
    .opts<Options>();
  const driver = drivers[options.driver];
  if (!driver) throw new Error(`There is no driver ${options.driver}.`);
  const chosen = choose(options.drill);
  if (options.list) {
    for (const { id, name, title } of chosen) print(`${id} ${name}: ${title}`);
    return 0;
  }
  const { keep = false } = options;
  const first = Number(options.seed ?? Date.now() % 1e6);
  const reports: DrillReport[] = [];
  for (let turn = 0; turn < Number(options.repeat); turn++) {
    for (const drill of chosen) {
      const directory = join(projectRoot(), '.cache', 'drills', `${drill.id}-${first + turn}`);
      const report = await runDrill(drill, { driver, seed: first + turn, directory, keep });
      print(formatReport(report));
      reports.push(report);
    }
  }
  return conclude(reports);
}

function choose(given: string | undefined): readonly Drill[] {
  if (given === undefined) return catalogue;
  return given.split(',').flatMap((word) => {
    const found = catalogue.filter(({ id, name }) => id === word || name === word);
    if (found.length === 0) throw new Error(`There is no drill ${word}.`);
    return found;
  });
}

function conclude(reports: readonly DrillReport[]): number {
  const failed = reports.filter(({ problems }) => problems.length > 0);
  const skipped = reports.filter(({ skipped }) => skipped !== undefined);
  const passed = reports.length - failed.length - skipped.length;
  print(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return failed.length === 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Exits are what makes the processes end that were started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(130));
}
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
