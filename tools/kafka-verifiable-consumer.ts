#!/usr/bin/env node
import { Option } from 'commander';
import { Kafka } from '../client';
import { systemClock } from '../client/runtime/clock';
import { clientLog } from './cli/client-log';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { wholeNumber } from './cli/number-option';
import { tellIfSlow } from './cli/tell-if-slow';
import {
  countsOnGroup,
  verifiableConsumerSettings,
  type VerifiableConsumerOptions,
} from './verifiable/consumer-options';
import { VerifiableConsumer } from './verifiable/verifiable-consumer';

const NO_EFFECT = 'taken for the sake of scripts; no effect without groups';

export const definition: CommandDefinition<VerifiableConsumerOptions> = {
  name: 'kafka-verifiable-consumer',
  summary:
    'Reads a topic and prints what it has read, as JSON.\n\n' +
    'There are no consumer groups in this version: each of these consumers reads all partitions ' +
    'that the topic has when it starts, and nothing is committed.',
  examples: [
    {
      line: 'kafka-verifiable-consumer --bootstrap-server localhost:9092 --topic t --max-messages 1000 --verbose',
      does: 'the first thousand records, each with its value',
    },
    {
      line: 'kafka-verifiable-consumer --bootstrap-server localhost:9092 --topic t --reset-policy latest',
      does: 'how many come from now on, until Ctrl-C',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .requiredOption('--topic <topic>', 'what to read; required')
      .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option('--broker-list <host:port,…>', 'deprecated, the same as --bootstrap-server')
      .option('--max-messages <n>', 'how many, -1 for no end', wholeNumber({ least: -1 }), -1)
      .addOption(
        new Option('--reset-policy <policy>', 'where to begin')
          .choices(['earliest', 'latest', 'none'])
          .default('earliest'),
      )
      .option('--verbose', 'print each record too, and stack traces of errors')
      .option('--consumer.config <file>', 'properties file with configs of the consumer')
      .option('--group-id <id>', NO_EFFECT)
      .option('--group-instance-id <id>', NO_EFFECT)
      .option('--group-protocol <protocol>', NO_EFFECT)
      .option('--group-remote-assignor <name>', NO_EFFECT)
      .option('--session-timeout <ms>', NO_EFFECT, wholeNumber())
      .option('--enable-autocommit', NO_EFFECT)
      .option('--assignment-strategy <class>', NO_EFFECT),
  run,
};

async function run(context: CommandContext<VerifiableConsumerOptions>): Promise<void> {
  const { options, signal, print, note } = context;
  const { client, consumer } = verifiableConsumerSettings(options);
  if (countsOnGroup(options)) {
    note('There are no consumer groups in this version: all partitions are read here.');
  }
  const brokers = client.brokers as readonly string[];
  const kafka = new Kafka({ ...client, brokers, logger: clientLog(note) });
  const { topic } = options;
  await new VerifiableConsumer({
    consumer: kafka.consumer(consumer),
    topic,
    whileAssigning: (assigning) =>
      tellIfSlow(assigning, () =>
        note(`Still looking for topic ${topic} on ${brokers.join()}; end with Ctrl-C.`),
      ),
    maxMessages: options.maxMessages,
    verbose: options.verbose === true,
    clock: systemClock,
    signal,
    print,
  }).execute();
}

if (require.main === module) void runCommand(definition);
