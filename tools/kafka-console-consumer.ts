#!/usr/bin/env node
import { Kafka } from '../client';
import { ConsumerStateError, type AssignmentTarget, type Consumer } from '../client/consumer';
import { describeError, KafkaClassicError } from '../client/runtime/error';
import { clientLog } from './cli/client-log';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { keyValueOption } from './cli/key-value-option';
import { wholeNumber } from './cli/number-option';
import { tellIfSlow } from './cli/tell-if-slow';
import { begunInTime } from './console/begun-in-time';
import { chooseFormatter } from './console/choose-formatter';
import {
  consumerSettings,
  formatterProperties,
  readPlan,
  type ConsoleConsumerOptions,
  type ReadPlan,
} from './console/consumer-options';
import { propertyOption } from './console/property-option';
import { RecordPrinter } from './console/record-printer';

const FORMATTER_PROPERTIES = [
  'for the formatter; repeatable: print.timestamp, print.partition, print.offset, print.headers,',
  'print.key, print.value = true or false, key.separator (default a tab), line.separator,',
  'headers.separator (,), null.literal (null), key.deserializer, value.deserializer,',
  'headers.deserializer',
].join(' ');

export const definition: CommandDefinition<ConsoleConsumerOptions> = {
  name: 'kafka-console-consumer',
  summary: 'Prints the records of a topic.',
  examples: [
    {
      line: 'kafka-console-consumer --bootstrap-server localhost:9092 --topic t --from-beginning',
      does: 'print all there is and what comes, end with Ctrl-C',
    },
    {
      line:
        'kafka-console-consumer --bootstrap-server localhost:9092 --topic t --partition 0 ' +
        '--offset 100 --max-messages 10 --property print.key=true',
      does: 'print ten records with their keys',
    },
    {
      line: 'kafka-console-consumer --bootstrap-server localhost:9092 --topic t --group shop',
      does: 'share the topic with the other members of a group, and go on where it has got to',
    },
    {
      line:
        'kafka-console-consumer --bootstrap-server localhost:9092 --topic __consumer_offsets ' +
        '--from-beginning --formatter org.apache.kafka.tools.consumer.OffsetsMessageFormatter',
      does: 'see what groups commit, with offsets.storage=kafka',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .option('--topic <topic>', 'what to read; this or --include is required')
      .option('--include <regex>', 'read all topics that match')
      .option('--whitelist <regex>', 'deprecated, the same as --include')
      .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option(
        '--partition <number>',
        'only this partition, from its end unless --offset says otherwise',
        wholeNumber(),
      )
      .option(
        '--offset <offset>',
        'where to begin: a number, earliest or latest (default: latest); needs --partition',
      )
      .option('--from-beginning', 'begin with the first record there is, not with the next one')
      .option('--max-messages <n>', 'end after so many records', wholeNumber())
      .option('--timeout-ms <ms>', 'end when nothing came for so long', wholeNumber())
      .option('--skip-message-on-error', 'pass over records that cannot be printed')
      .option('--formatter <class>', 'Default-, Logging-, NoOp- or OffsetsMessageFormatter')
      .addOption(propertyOption(FORMATTER_PROPERTIES))
      .option('--formatter-config <file>', 'properties file for the formatter')
      .option('--key-deserializer <class>', "Kafka's class, e.g. LongDeserializer")
      .option('--value-deserializer <class>', 'the same for values')
      .option(
        '--isolation-level <level>',
        'read_committed leaves out what was not committed (default: read_uncommitted)',
      )
      .option('--group <id>', 'read as a member of this group, from where it has got to')
      .addOption(keyValueOption('--consumer-property <key=value>', 'config of the consumer'))
      .option('--consumer.config <file>', 'properties file with configs of the consumer')
      .option('--enable-systest-events', 'print shutdown_complete at the end'),
  run,
};

async function run(context: CommandContext<ConsoleConsumerOptions>): Promise<void> {
  const { options, terminal, signal, print, note } = context;
  const plan = readPlan(options);
  const { client, consumer: consumerOptions } = consumerSettings(options);
  const formatter = chooseFormatter(options.formatter, formatterProperties(options), note);
  const kafka = new Kafka({ ...client, brokers: client.brokers!, logger: clientLog(note) });
  const consumer = kafka.consumer(consumerOptions);
  const printer = new RecordPrinter(consumer, {
    formatter,
    stdout: terminal.stdout,
    maxMessages: options.maxMessages,
    timeoutMs: options.timeoutMs,
    skipOnError: options.skipMessageOnError ?? false,
    signal,
    note,
  });
  signal.addEventListener('abort', () => consumer.wakeup());
  try {
    const mayCreate = consumerOptions.allowAutoTopicCreation ?? true;
    const begin = async (): Promise<void> => {
      if ('topic' in plan) await tellIfMissing(kafka, plan.topic, mayCreate, note);
      if (consumerOptions.groupId === undefined) await consumer.assign(await targets(kafka, plan));
      else await consumer.subscribe({ topics: ['topic' in plan ? plan.topic : plan.include] });
    };
    const begun = tellIfSlow(begin(), () =>
      note(`Still looking for the topic on ${options.bootstrapServer}; end with Ctrl-C.`),
    );
    const left = await begunInTime(begun, signal, options.timeoutMs);
    if (left !== undefined) await printer.run(left);
  } finally {
    const { groupId, enableAutoCommit } = consumerOptions;
    if (groupId !== undefined && enableAutoCommit !== false) {
      await commitPrinted(consumer, printer, note);
    }
    note(`Processed a total of ${printer.count} messages`);
    await consumer.close();
  }
  if (options.enableSystestEvents) print('shutdown_complete');
}

/** A poll brings more than is printed when enough was printed; the group goes on behind that. */
async function commitPrinted(
  consumer: Pick<Consumer, 'seek' | 'commit'>,
  { places }: RecordPrinter,
  note: (line: string) => void,
): Promise<void> {
  const mine = places.filter((place) => {
    try {
      consumer.seek(place);
      return true;
    } catch (error) {
      // The group has given it to somebody else.
      if (error instanceof ConsumerStateError) return false;
      throw error;
    }
  });
  if (mine.length === 0) return;
  try {
    await consumer.commit(mine);
  } catch (error) {
    note(`What was printed last was not committed: ${describeError(error)}`);
  }
}

/** A name that is misspelled would otherwise be waited for without a word, or be created. */
async function tellIfMissing(
  kafka: Kafka,
  topic: string,
  mayCreate: boolean,
  note: (line: string) => void,
): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.describeTopics([topic]);
  } catch (error) {
    if (!KafkaClassicError.is(error) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    const next = mayCreate
      ? 'It is created now if the brokers do so (auto.create.topics.enable), else waited for.'
      : 'It is waited for.';
    note(`Topic "${topic}" does not exist. ${next} End with Ctrl-C.`);
  } finally {
    await admin.close();
  }
}

async function targets(kafka: Kafka, plan: ReadPlan): Promise<AssignmentTarget[]> {
  if ('topic' in plan) return [plan];
  const admin = kafka.admin();
  try {
    const topics = await admin.listTopics();
    const matching = topics.filter(({ name }) => plan.include.test(name));
    if (matching.length > 0) return matching.map(({ name }) => ({ topic: name }));
  } finally {
    await admin.close();
  }
  throw new KafkaClassicError('No topic matches --include.', {
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    retriable: true,
    advice: 'Look at what there is with kafka-topics --list.',
  });
}

if (require.main === module) void runCommand(definition);
