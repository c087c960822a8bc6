#!/usr/bin/env node
import { Kafka } from '../client';
import type { ProducerMessage } from '../client/producer';
import { describeError } from '../client/runtime/error';
import { clientLog } from './cli/client-log';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { keyValueOption } from './cli/key-value-option';
import { linesOf } from './cli/line-source';
import { wholeNumber } from './cli/number-option';
import { tellIfSlow } from './cli/tell-if-slow';
import { tellUnacknowledged } from './cli/tell-unacknowledged';
import { LineReader } from './console/line-reader';
import { lineReaderOptions } from './console/line-reader-options';
import { LineSender } from './console/line-sender';
import {
  producerSettings,
  readerProperties,
  type ConsoleProducerOptions,
} from './console/producer-options';
import { propertyOption } from './console/property-option';

const READER_PROPERTIES = [
  'for the line reader; repeatable: parse.key=true, key.separator (default a tab),',
  'parse.headers=true, headers.delimiter (a tab), headers.separator (,), headers.key.separator (:),',
  'null.marker (none), ignore.error=true',
].join(' ');

export const definition: CommandDefinition<ConsoleProducerOptions> = {
  name: 'kafka-console-producer',
  summary: 'Sends each line of its input as a record.',
  examples: [
    {
      line: 'kafka-console-producer --bootstrap-server localhost:9092 --topic t < file',
      does: 'send the lines of a file',
    },
    {
      line:
        'kafka-console-producer --bootstrap-server localhost:9092 --topic t ' +
        '--property parse.key=true --property key.separator=:',
      does: 'type records as key:value, end with Ctrl-D',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .requiredOption('--topic <topic>', 'where to; required')
      .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option('--broker-list <host:port,…>', 'deprecated, the same as --bootstrap-server')
      .option('--sync', 'send one record at a time and wait for it')
      .option(
        '--compression-codec [codec]',
        'none, gzip, snappy, lz4 or zstd; without a name gzip (default: none)',
      )
      .option('--batch-size <bytes>', 'size of a batch (default: 16384)', wholeNumber())
      .option(
        '--max-partition-memory-bytes <bytes>',
        'the same; wins over --batch-size',
        wholeNumber(),
      )
      .option(
        '--max-memory-bytes <bytes>',
        'memory for records under way (default: 33554432)',
        wholeNumber(),
      )
      .option(
        '--timeout <ms>',
        'how long a record waits for others to share a batch with (default: 1000, with --sync 0)',
        wholeNumber(),
      )
      .option('--request-required-acks <acks>', 'all, -1, 0 or 1 (default: -1, the same as all)')
      .option(
        '--request-timeout-ms <ms>',
        'how long to wait for a response (default: 1500)',
        wholeNumber({ least: 1 }),
      )
      .option(
        '--message-send-max-retries <n>',
        'repetitions of a batch (default: 3)',
        wholeNumber(),
      )
      .option(
        '--retry-backoff-ms <ms>',
        'wait before a batch is repeated (default: 100)',
        wholeNumber(),
      )
      .option(
        '--max-block-ms <ms>',
        'how long a record may wait for metadata and memory (default: 60000)',
        wholeNumber(),
      )
      .option(
        '--metadata-expiry-ms <ms>',
        'when metadata is asked for again (default: 300000)',
        wholeNumber(),
      )
      .option('--socket-buffer-size <bytes>', 'no effect: the system decides', wholeNumber())
      .option('--line-reader <class>', 'no other than the default one')
      .addOption(propertyOption(READER_PROPERTIES))
      .option('--reader-config <file>', 'properties file for the line reader')
      .addOption(keyValueOption('--producer-property <key=value>', 'config of the producer'))
      .option('--producer.config <file>', 'properties file with configs of the producer'),
  run,
};

async function run(context: CommandContext<ConsoleProducerOptions>): Promise<number> {
  const { options, note, signal } = context;
  const { topic, sync = false } = options;
  const { client, producer: producerOptions } = producerSettings(options);
  const reader = new LineReader(lineReaderOptions(readerProperties(options)));
  const kafka = new Kafka({ ...client, brokers: client.brokers!, logger: clientLog(note) });
  const producer = kafka.producer(producerOptions);
  const sender = new LineSender(producer, {
    topic,
    sync,
    onFailure: (line, error) =>
      note(`Error when sending line ${line} to topic ${topic}: ${describeError(error)}`),
  });
  tellUnacknowledged(context, () => sender.unacknowledged);
  // What is wrong with the way there is told with the lines that could not go it.
  void tellIfSlow(producer.connect(), () =>
    note(`Still looking for a broker on ${client.brokers!.join()}; lines wait.`),
  ).catch(() => {});
  try {
    await sendLines(context, reader, sender);
  } catch (error) {
    if (!signal.aborted) throw error;
    note(describeError(error));
  } finally {
    await sender.settle();
    await producer.close();
  }
  if (sender.failed === 0) return ExitCode.ok;
  note(`${sender.failed} of ${reader.line} lines were not delivered.`);
  // How an interrupted run ends says the signal.
  return signal.aborted ? ExitCode.ok : ExitCode.failure;
}

/** Sends what comes until the input or the process ends. Lines before a wrong one are sent. */
async function sendLines(
  { terminal, signal }: CommandContext<ConsoleProducerOptions>,
  reader: LineReader,
  sender: LineSender,
): Promise<void> {
  const { stdin, stdout } = terminal;
  const isConversation = stdin.isTTY === true && stdout.isTTY === true;
  const prompt = (): void => void (isConversation && stdout.write('>'));
  prompt();
  for await (const lines of linesOf(stdin, { signal })) {
    const first = reader.line + 1;
    const messages: ProducerMessage[] = [];
    try {
      for (const line of lines) messages.push(reader.read(line));
    } finally {
      if (messages.length > 0) await sender.send(messages, first);
    }
    prompt();
  }
  if (isConversation) stdout.write('\n');
}

if (require.main === module) void runCommand(definition);
