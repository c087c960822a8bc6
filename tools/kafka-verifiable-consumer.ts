#!/usr/bin/env node
import { Option } from 'commander';
import { Kafka } from '../client';
import { systemClock } from '../client/runtime/clock';
import { clientLog } from './cli/client-log';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { wholeNumber } from './cli/number-option';
import { tellIfSlow } from './cli/tell-if-slow';
import {
  verifiableConsumerSettings,
  type VerifiableConsumerOptions,
} from './verifiable/consumer-options';
import { VerifiableConsumer } from './verifiable/verifiable-consumer';

export const definition: CommandDefinition<VerifiableConsumerOptions> = {
  name: 'kafka-verifiable-consumer',
  summary:
    'Reads a topic and prints what it has read, as JSON.\n\n' +
    'With --group-id it reads as a member of that group, and commits after every poll. Without one ' +
    'it reads all partitions that the topic has when it starts, and commits nothing.',
  examples: [
    {
      line: 'kafka-verifiable-consumer --bootstrap-server localhost:9092 --topic t --max-messages 1000 --verbose',
      does: 'the first thousand records, each with its value',
    },
    {
      line: 'kafka-verifiable-consumer --bootstrap-server localhost:9092 --topic t --reset-policy latest',
      does: 'how many come from now on, until Ctrl-C',
    },
    {
      line: 'kafka-verifiable-consumer --bootstrap-server localhost:9092 --topic t --group-id g',
      does: 'as a member of a group: also what it is given and what it commits',
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
      .option('--group-id <id>', 'group to read in; default: none')
      .option('--group-instance-id <id>', 'makes it a static member')
      .option('--group-protocol <protocol>', 'classic is the only one')
      .option('--group-remote-assignor <name>', 'not here: it belongs to another group protocol')
      .option('--session-timeout <ms>', 'of the member; default: 30000', wholeNumber())
      .option('--enable-autocommit', 'leave committing to the consumer')
      .option('--assignment-strategy <class>', "Kafka's class; default: RangeAssignor"),
  run,
};

async function run(context: CommandContext<VerifiableConsumerOptions>): Promise<void> {
  const { options, signal, print, note } = context;
  const { client, consumer } = verifiableConsumerSettings(options);
  const brokers = client.brokers as readonly string[];
  const kafka = new Kafka({ ...client, brokers, logger: clientLog(note) });
  const { topic } = options;
  await new VerifiableConsumer({
    consumer: kafka.consumer(consumer),
    topic,
    isMember: consumer.groupId !== undefined,
    commits: consumer.enableAutoCommit === false,
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
