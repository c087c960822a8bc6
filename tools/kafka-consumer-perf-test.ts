#!/usr/bin/env node
import { Kafka } from '../client';
import { systemClock } from '../client/runtime/clock';
import { mustReachBroker } from './cli/reach-broker';
import { clientLog } from './cli/client-log';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { wholeNumber } from './cli/number-option';
import { consumerPerfSettings, type ConsumerPerfOptions } from './perf/consumer-perf-options';
import { dateFormat } from './perf/date-format';
import { JoinTime } from './perf/join-time';
import { readLoad } from './perf/read-load';
import { header, intervalLine, totalLine, type ReadCount } from './perf/read-statistics';

export const definition: CommandDefinition<ConsumerPerfOptions> = {
  name: 'kafka-consumer-perf-test',
  summary: 'Measures how many records a consumer reads.',
  examples: [
    {
      line: 'kafka-consumer-perf-test --bootstrap-server localhost:9092 --topic t --messages 1000000',
      does: 'read a million records',
    },
    {
      line:
        'kafka-consumer-perf-test --bootstrap-server localhost:9092 --topic t --messages 1000000 ' +
        '--show-detailed-stats --reporting-interval 1000',
      does: 'the same with a line every second',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .requiredOption('--topic <topic>', 'what to read; required')
      .requiredOption('--messages <n>', 'how many records; required', wholeNumber())
      .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option('--broker-list <host:port,…>', 'deprecated, the same as --bootstrap-server')
      .option(
        '--fetch-size <bytes>',
        'of one partition in one response at most (default: 1048576)',
        wholeNumber({ least: 1 }),
      )
      .option('--from-latest', 'begin with the next record, not with the first there is')
      .option('--timeout <ms>', 'end when nothing came for so long', wholeNumber(), 10_000)
      .option('--show-detailed-stats', 'print a line for every reporting interval')
      .option('--reporting-interval <ms>', 'length of an interval', wholeNumber({ least: 1 }), 5000)
      .option('--date-format <pattern>', "as Java's SimpleDateFormat", 'yyyy-MM-dd HH:mm:ss:SSS')
      .option('--hide-header', 'leave out the names of the columns')
      .option('--print-metrics', 'print the metrics of the consumer; it has none yet')
      .option('--socket-buffer-size <bytes>', 'no effect: the system decides', wholeNumber())
      .option('--group <id>', 'read as a member of this group; rebalance.time.ms counts joining')
      .option('--consumer.config <file>', 'properties file with configs of the consumer'),
  run,
};

async function run(context: CommandContext<ConsumerPerfOptions>): Promise<void> {
  const { options, signal, print, note } = context;
  const { topic, messages, timeout, showDetailedStats = false } = options;
  const { client, consumer: consumerOptions } = consumerPerfSettings(options);
  const format = dateFormat(options.dateFormat);
  const brokers = client.brokers as readonly string[];
  await mustReachBroker(brokers, client);
  const kafka = new Kafka({ ...client, brokers, logger: clientLog(note) });
  const consumer = kafka.consumer(consumerOptions);
  if (!options.hideHeader) print(header(showDetailedStats));
  if (options.printMetrics) note('--print-metrics: the consumer has no metrics yet.');
  signal.addEventListener('abort', () => void consumer.close());
  const start: ReadCount = { records: 0, bytes: 0, time: systemClock.now() };
  try {
    const joining = new JoinTime(systemClock);
    if (consumerOptions.groupId === undefined) {
      await consumer.assign({ topic });
      joining.onPartitionsAssigned();
    } else {
      await consumer.subscribe({ topics: [topic] }, joining);
    }
    const end = await readLoad({
      consumer,
      records: messages,
      timeoutMs: timeout,
      intervalMs: options.reportingInterval,
      onInterval: (before, now) => {
        if (!showDetailedStats) return;
        print(intervalLine(before, now, joining.sinceLast(), format));
      },
      start,
      clock: systemClock,
      signal,
    });
    if (end.records < messages && !signal.aborted) {
      print(
        'WARNING: Exiting before consuming the expected number of messages: ' +
          `timeout (${timeout} ms) exceeded. ` +
          'You can use the --timeout option to increase the timeout.',
      );
    }
    if (!showDetailedStats) print(totalLine(start, end, joining.totalMs, format));
  } catch (error) {
    // Interrupted: the consumer was closed under what was going on.
    if (!signal.aborted) throw error;
  } finally {
    await consumer.close();
  }
}

if (require.main === module) void runCommand(definition);
