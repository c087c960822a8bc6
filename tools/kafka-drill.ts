#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Option } from 'commander';
import { Admin } from '../client/admin';
import { Cluster } from '../client/network';
import { Kafka } from '../client';
import { clientSettings } from './cli/client-properties';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { wholeNumber } from './cli/number-option';
import { projectRoot } from './cli/project-root';
import { loadPropertiesFile } from './cli/properties-file';
import { mustReachBroker } from './cli/reach-broker';
import { UsageError } from './cli/usage-error';
import { bootstrapServers, declareAdminOptions, type AdminOptions } from './admin/admin-options';
import { runUserDrill } from './drill/run-user-drill';
import { chooseTarget, type TargetOptions } from './drill/target/choose-target';
import { lacks, type BrokerTarget } from './drill/target/broker-target';
import { DrillTargetError } from './drill/target/target-error';
import { userDrills } from './drill/user-drills';
import { userReport } from './drill/user-report';

interface Options extends AdminOptions, TargetOptions {
  drill?: string;
  list?: boolean;
  repeat: number;
  json?: boolean;
}

const CONNECTION_TIMEOUT_MS = 5000;

export const definition: CommandDefinition<Options> = {
  name: 'kafka-drill',
  summary:
    'Does harm to a cluster under load, and judges whether a record was lost, duplicated or reordered.\n\n' +
    'For clusters that may be harmed: brokers are killed, paused or cut off, and brought back. The ' +
    'drill makes a topic of its own, writes to it with acks=all, reads it, and deletes it when all ' +
    'was well. Finds the brokers of npm start on this machine, or the containers of docker compose; ' +
    'others can be reached by commands. Exit code 1 when a drill has failed.',
  examples: [
    { line: 'kafka-drill --list', does: 'the drills there are' },
    {
      line: 'kafka-drill --bootstrap-server localhost:9092 --drill leader-kill',
      does: 'kill a leader of the cluster of npm start, or of docker compose',
    },
    {
      line: 'kafka-drill --bootstrap-server localhost:9092 --drill all --repeat 3',
      does: 'all drills that can be done here, three times',
    },
    {
      line:
        'kafka-drill --bootstrap-server kafka1:9092 --drill controller-kill ' +
        "--kill-command 'ssh kafka{id} pkill -9 -f kafka-server-start' " +
        "--start-command 'ssh kafka{id} systemctl start kafka'",
      does: 'brokers on other machines',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    declareAdminOptions(command)
      .option('--drill <name,…>', 'what to do, or all; see --list')
      .option('--list', 'print the drills and what they do')
      .option('--repeat <n>', 'times to do each', wholeNumber({ least: 1 }), 1)
      .option('--json', 'print the results as JSON')
      .addOption(
        new Option('--data <dir>', 'data folder of npm start').default(
          join(projectRoot(), 'data'),
          'data, in the folder of the project',
        ),
      )
      .option('--project <name>', 'Compose project, where several run')
      .option(
        '--broker-service <name>',
        "service of a broker; {id} is the broker's id",
        'broker-{id}',
      )
      .option('--zookeeper-service <prefix>', 'what services of ZooKeeper begin with', 'zookeeper')
      .option('--kill-command <command>', 'kills broker {id} with SIGKILL')
      .option('--start-command <command>', 'starts it again')
      .option('--stop-command <command>', 'stops it cleanly')
      .option('--pause-command <command>', 'SIGSTOP')
      .option('--resume-command <command>', 'SIGCONT'),
  run: drill,
};

async function drill(context: CommandContext<Options>): Promise<number> {
  const { options, print, note, signal } = context;
  if (options.list) {
    const width = Math.max(...Object.keys(userDrills).map((name) => name.length));
    for (const [name, { what }] of Object.entries(userDrills)) {
      print(`${name.padEnd(width)}  ${what}`);
    }
    return ExitCode.ok;
  }
  const names = chosenDrills(options.drill);
  const client = await reach(options, note);
  const admin = new Admin(new Cluster(client));
  try {
    const target = await chooseTarget(options);
    const brokers = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
    const missing = await target.missing(brokers);
    if (missing.length > 0) {
      throw new DrillTargetError(
        `The cluster has brokers that are not among ${target.description}: ${missing.join(', ')}.`,
        'Name the right ones: --data, --project and --broker-service, or --kill-command and --start-command.',
      );
    }
    note(`Drilling ${target.description}: brokers ${brokers.join(', ')}.`);
    const results: object[] = [];
    let failed = 0;
    for (const name of names) {
      if (!isPossible(name, target, brokers, options, note)) continue;
      for (let round = 1; round <= options.repeat && !signal.aborted; round++) {
        const began = performance.now();
        const result = await runUserDrill(userDrills[name], {
          kafka: new Kafka(client),
          admin,
          target,
          brokers,
          topic: `kafka-drill-${randomBytes(4).toString('hex')}`,
          signal,
          tell: (what) =>
            note(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}`),
        });
        if (!result.passed) failed++;
        results.push({ drill: name, round, ...result });
        if (!options.json) userReport(name, result).forEach(print);
      }
    }
    if (options.json) print(JSON.stringify(results, null, 2));
    return failed === 0 ? ExitCode.ok : ExitCode.failure;
  } finally {
    await admin.close();
  }
}

function chosenDrills(text: string | undefined): string[] {
  if (text === undefined) throw new UsageError('--drill is missing.', 'See --list.');
  if (text === 'all') return Object.keys(userDrills);
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!Object.hasOwn(userDrills, name)) {
      throw new UsageError(`There is no drill "${name}".`, 'See --list.');
    }
  }
  return names;
}

async function reach(options: Options, note: (line: string) => void) {
  const brokers = bootstrapServers(options);
  const file = options.commandConfig;
  const properties = file === undefined ? {} : loadPropertiesFile(file);
  const { client, withoutEffect } = clientSettings('admin', properties);
  if (withoutEffect.length > 0) {
    note(`Ignored in the --command-config file: ${withoutEffect.join(', ')}`);
  }
  const defaults = { clientId: 'kafka-drill', connectionTimeout: CONNECTION_TIMEOUT_MS };
  await mustReachBroker(brokers, { ...defaults, ...client });
  return { ...defaults, ...client, brokers };
}

/** With `all` what cannot be done here is left out, and said. */
function isPossible(
  name: string,
  target: BrokerTarget,
  brokers: readonly number[],
  options: Options,
  note: (line: string) => void,
): boolean {
  const lacking = userDrills[name].needs.filter((need) => !target.abilities.has(need));
  const why =
    lacking.length > 0
      ? `${lacking.map((ability) => lacks[ability]).join(', ')}; these are ${target.description}`
      : name !== 'all-kill' && name !== 'rolling-restart' && brokers.length < 3
        ? `it takes three brokers, and there are ${brokers.length}`
        : undefined;
  if (why === undefined) return true;
  if (options.drill !== 'all') throw new UsageError(`${name} cannot be done: ${why}.`);
  note(`SKIPPED ${name}: ${why}.`);
  return false;
}

if (require.main === module) void runCommand(definition);
