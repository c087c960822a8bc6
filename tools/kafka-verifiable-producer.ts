#!/usr/bin/env node
import { Option } from 'commander';
import { Kafka } from '../client';
import { systemClock } from '../client/runtime/clock';
import { clientLog } from './cli/client-log';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { wholeNumber } from './cli/number-option';
import { tellUnacknowledged } from './cli/tell-unacknowledged';
import { ThroughputThrottle } from './perf/throughput-throttle';
import {
  throughputArgument,
  verifiableProducerSettings,
  type VerifiableProducerOptions,
} from './verifiable/producer-options';
import { VerifiableProducer } from './verifiable/verifiable-producer';

export const definition: CommandDefinition<VerifiableProducerOptions> = {
  name: 'kafka-verifiable-producer',
  summary:
    'Sends the numbers from 0 on, and prints for each whether it was acknowledged, as JSON.\n\n' +
    'Made for tests: together with kafka-verifiable-consumer it shows whether records get lost. ' +
    'Nothing is repeated unless the --producer.config says so (retries=…).',
  examples: [
    {
      line: 'kafka-verifiable-producer --bootstrap-server localhost:9092 --topic t --max-messages 1000',
      does: 'a thousand numbers',
    },
    {
      line: 'kafka-verifiable-producer --bootstrap-server localhost:9092 --topic t --throughput 100 --acks 1',
      does: 'a hundred a second, until Ctrl-C',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .requiredOption('--topic <topic>', 'where to; required')
      .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option('--broker-list <host:port,…>', 'deprecated, the same as --bootstrap-server')
      .option('--max-messages <n>', 'how many, -1 for no end', wholeNumber({ least: -1 }), -1)
      .option('--throughput <n>', 'records a second, -1 for no limit', throughputArgument, -1)
      .addOption(
        new Option('--acks <n>', 'acknowledgements to wait for, -1 for all replicas in sync')
          .choices(['0', '1', '-1'])
          .default('-1'),
      )
      .option('--producer.config <file>', 'properties file with configs of the producer')
      .option(
        '--message-create-time <ms>',
        'timestamp of the first record, milliseconds since 1970; -1 for now',
        wholeNumber({ least: -1 }),
        -1,
      )
      .option('--value-prefix <n>', 'put before each value, with a dot between', wholeNumber())
      .option('--repeating-keys <n>', 'keys from 0 to below n, in turn', wholeNumber({ least: 1 })),
  run,
};

async function run(context: CommandContext<VerifiableProducerOptions>): Promise<number> {
  const { options, signal, print, note } = context;
  const { client, producer } = verifiableProducerSettings(options);
  const brokers = client.brokers as readonly string[];
  const kafka = new Kafka({ ...client, brokers, logger: clientLog(note) });
  const clock = systemClock;
  const { throughput } = options;
  const load = new VerifiableProducer({
    producer: kafka.producer(producer),
    topic: options.topic,
    maxMessages: options.maxMessages,
    throughput,
    throttle: new ThroughputThrottle(throughput, clock.monotonic()),
    createTime: options.messageCreateTime,
    valuePrefix: options.valuePrefix,
    repeatingKeys: options.repeatingKeys,
    clock,
    signal,
    print,
  });
  tellUnacknowledged(context, () => load.unacknowledged);
  const allAcknowledged = await load.execute();
  // How an interrupted run ends says the signal.
  return allAcknowledged || signal.aborted ? ExitCode.ok : ExitCode.failure;
}

if (require.main === module) void runCommand(definition);
