#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { KafkaClassicError } from '../../client/runtime/error';
import type { CommandContext, CommandDefinition } from '../cli/command';
import { runCommand } from '../cli/command';
import { projectRoot } from '../cli/project-root';
import { ClusterLayout } from './cluster-layout';
import { partitionTable } from './demo/verdict';
import { whatNext, type ClusterFacts } from './demo/what-next';
import { addOwnConfig } from './own-configs';
import { claimPidFile, removePidFile } from './pid-file';
import type { StartContext, StartOptions } from './start-context';
import type { Step } from './step';
import { runSteps } from './step';
import { brokerStep } from './steps/broker-step';
import { inputStep } from './steps/input-step';
import { checkStep } from './steps/check-step';
import { consumeStep } from './steps/consume-step';
import { produceStep } from './steps/produce-step';
import { topicStep } from './steps/topic-step';
import { zookeeperStep } from './steps/zookeeper-step';

interface Options extends StartOptions {
  data: string;
}

const DEFAULT_DATA = join(projectRoot(), 'data');

/** All that `npm start` does, in this order. Each step is harmless when repeated. */
const STEPS: readonly Step<StartContext>[] = [
  inputStep,
  zookeeperStep,
  brokerStep,
  topicStep,
  produceStep,
  consumeStep,
  checkStep,
];

export const definition: CommandDefinition<Options> = {
  name: 'npm start --',
  summary: 'Starts ZooKeeper and Kafka on this machine and sends a file through them.',
  examples: [
    { line: 'npm start', does: 'three brokers and a generated click-stream' },
    { line: 'npm start -- --brokers 1', does: 'one broker only' },
    { line: 'npm start -- --input access.log', does: 'send the lines of a file of yours' },
    { line: 'npm start -- --port 19092', does: 'with the brokers on ports 19092 to 19094' },
    {
      line: 'npm start -- --override offsets.storage=kafka --override num.partitions=6',
      does: 'with configs of yours, see docs/configs.md',
    },
  ],
  configure: (command) => {
    command
      .option('--input <file>', 'file whose lines are produced (default: a generated click-stream)')
      .option('--data <dir>', 'folder for all data', DEFAULT_DATA)
      .option('--brokers <n>', 'how many brokers, 1 to 9', brokers, 3)
      .option('--port <port>', 'port of the first broker; the others follow', port, 9092)
      .option('--zookeeper-port <port>', 'port of a ZooKeeper started here', port, 2181)
      .option('--metrics-port <port>', 'the same for metrics over HTTP', port, 9404)
      .option(
        '--override <name=value>',
        'a config of the brokers that are started; repeatable',
        addOwnConfig,
        {},
      );
  },
  run: start,
};

async function start({ options, terminal, print, note }: CommandContext<Options>): Promise<void> {
  const layout = new ClusterLayout(resolve(options.data));
  mkdirSync(layout.folder, { recursive: true });
  const other = claimPidFile(layout.startPidFile);
  if (other !== null) {
    throw new KafkaClassicError(`Another npm start (pid ${other}) is at work here.`, {
      code: 'START_IN_PROGRESS',
      retriable: true,
      advice: 'Let it finish, or give this one another folder with --data.',
    });
  }
  try {
    // On a terminal the cursor stands behind the title of the step that reports.
    const clearLine = terminal.stdout.isTTY ? '\r\u001b[K' : '';
    const report = (line: string): void => note(`${clearLine}  ${line}`);
    const context: StartContext = { options, layout, terminal, report };
    await runSteps(STEPS, context, terminal).finally(() => {
      // Also when the counts differ: it shows where.
      const { sent, read, keys, starts } = context.demo ?? {};
      if (sent && read && keys && starts) print(partitionTable(sent, read, keys, starts));
    });
    print(`\n${whatNext(clusterFacts(context))}`);
  } finally {
    removePidFile(layout.startPidFile);
  }
}

function clusterFacts({
  layout,
  bootstrapServer,
  zookeeperConnect,
  metrics,
  demo,
}: StartContext): ClusterFacts {
  return {
    bootstrapServer: bootstrapServer!.split(',')[0],
    zookeeperConnect: zookeeperConnect!,
    metrics: metrics ?? null,
    topic: demo!.topic,
    dataFolder: layout.folder,
    firstBroker: layout.brokerHome(1),
    stopArguments: layout.folder === DEFAULT_DATA ? '' : ` -- --data ${layout.folder}`,
  };
}

function brokers(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 9) return value;
  throw new InvalidArgumentError('Give a whole number from 1 to 9.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
  throw new InvalidArgumentError('Give a whole number from 1 to 65535.');
}

if (require.main === module) void runCommand(definition);
