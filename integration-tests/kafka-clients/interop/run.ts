#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { runCommand, type CommandDefinition } from '../../../tools/cli/command';
import { projectRoot } from '../../../tools/cli/project-root';
import { MultiBrokerCluster } from '../../harness/multi-broker-cluster';
import { confluentPython } from './confluent-python';
import { failover } from './failover';
import {
  checks,
  UnavailableClientError,
  type Check,
  type InteropClient,
  type InteropProgram,
} from './interop-client';
import { javaClient } from './java-client';
import { kafkaTools } from './kafka-tools';
import { nodeRdkafka } from './node-rdkafka';
import { RunningProgram } from './running-program';
import { runTools } from './run-tools';

const clients: readonly InteropClient[] = [javaClient, kafkaTools, confluentPython, nodeRdkafka];

interface Options {
  client?: string[];
  check?: Check[];
  clientVersion?: string;
}

type Say = (line: string) => void;

export const definition: CommandDefinition<Options> = {
  name: 'npm run interop --',
  summary:
    "Puts other people's Kafka clients, fetched from their public registries, through their paces " +
    'against three brokers. What cannot be fetched here is skipped.',
  examples: [
    { line: 'npm run interop', does: 'every client, every check' },
    { line: 'npm run interop -- --client java --check groups', does: 'one check of one client' },
    { line: 'npm run interop -- --client java --client-version 4.1.0', does: 'another version' },
  ],
  configure: (command) =>
    command
      .addOption(
        new Option('--client <names...>', clients.map(explained).join('; ')).choices(
          clients.map(({ name }) => name),
        ),
      )
      .addOption(new Option('--check <names...>', 'only these').choices(checks))
      .option('--client-version <version>', 'of the client, default the one known to work'),
  run: async ({ options, print, note }) => {
    let failures = 0;
    for (const client of clients) {
      if (options.client && !options.client.includes(client.name)) continue;
      failures += await runClient(client, options, print, note);
    }
    return failures === 0 ? 0 : 1;
  },
};

const explained = ({ name, summary }: InteropClient): string => `${name}: ${summary}`;

/** @returns how many checks have failed */
async function runClient(
  client: InteropClient,
  { check: wanted = [...checks], clientVersion: version }: Options,
  print: Say,
  note: Say,
): Promise<number> {
  const directory = join(projectRoot(), '.cache', 'interop', client.name);
  mkdirSync(directory, { recursive: true });
  let program: InteropProgram;
  try {
    program = await client.prepare({ directory, version, note });
  } catch (error) {
    if (!(error instanceof UnavailableClientError)) throw error;
    print(`SKIPPED ${client.name}: ${error.message}`);
    return 0;
  }
  let failures = 0;
  const cluster = await MultiBrokerCluster.start({
    configs: { 'zookeeper.session.timeout.ms': '6000', 'group.initial.rebalance.delay.ms': '0' },
  });
  try {
    for (const check of program.checks.filter((one) => wanted.includes(one))) {
      const title = `${client.name} ${program.version} ${check}`;
      try {
        for (const line of await runCheck(client, program, check, cluster)) print(`  ${line}`);
        print(`PASSED ${title}`);
      } catch (error) {
        print(`FAILED ${title}: ${(error as Error).message}`);
        failures++;
      }
    }
  } finally {
    await cluster.close();
  }
  return failures;
}

/** @returns what was seen to work */
async function runCheck(
  { name }: InteropClient,
  program: InteropProgram,
  check: Check,
  cluster: MultiBrokerCluster,
): Promise<string[]> {
  if (check === 'tools') return runTools(program, cluster);
  const running = new RunningProgram(program, cluster.addresses.join(), check);
  try {
    if (check === 'failover') return [await failover(running, cluster, `${name}-failover`)];
    await running.result();
    return running.lines.filter((line) => line.startsWith('ok ')).map((line) => line.slice(3));
  } finally {
    running.kill();
  }
}

if (require.main === module) void runCommand(definition);
