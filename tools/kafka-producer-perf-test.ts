#!/usr/bin/env node
import { InvalidArgumentError } from 'commander';
import { Kafka } from '../client';
import { systemClock } from '../client/runtime/clock';
import { mustReachBroker } from './cli/reach-broker';
import { clientLog } from './cli/client-log';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { collectKeyValue } from './cli/key-value-option';
import { wholeNumber } from './cli/number-option';
import { tellUnacknowledged } from './cli/tell-unacknowledged';
import { metricLines } from './perf/print-metrics';
import {
  DEFAULT_CLIENT_ID,
  payloadsOf,
  producerPerfSettings,
  type ProducerPerfOptions,
} from './perf/producer-perf-options';
import { SendLoad } from './perf/send-load';
import { SendStatistics } from './perf/send-statistics';
import { ThroughputThrottle } from './perf/throughput-throttle';

const REPORT_EVERY_MS = 5000;

export const definition: CommandDefinition<ProducerPerfOptions> = {
  name: 'kafka-producer-perf-test',
  summary: 'Measures how many records a producer sends, and how long each takes.',
  examples: [
    {
      line:
        'kafka-producer-perf-test --topic t --num-records 1000000 --record-size 100 ' +
        '--throughput -1 --producer-props bootstrap.servers=localhost:9092 acks=1',
      does: 'as fast as possible',
    },
    {
      line:
        'kafka-producer-perf-test --topic t --num-records 60000 --record-size 1024 ' +
        '--throughput 1000 --producer-props bootstrap.servers=localhost:9092 linger.ms=5',
      does: 'the latency at a thousand records a second',
    },
  ],
  stopsGracefully: true,
  configure: (command) =>
    command
      .requiredOption('--topic <topic>', 'where to; required')
      .requiredOption('--num-records <n>', 'how many records; required', wholeNumber({ least: 1 }))
      .requiredOption(
        '--throughput <n>',
        'records a second at most, -1 for no limit; required',
        throughput,
      )
      .option('--record-size <bytes>', 'size of a record, of random letters', wholeNumber())
      .option('--payload-file <file>', 'text file with payloads, one is drawn for each record')
      .option('--payload-monotonic', 'the payload is the number of the record')
      .option('--payload-delimiter <text>', 'what is between payloads in the file', '\\n')
      .option(
        '--producer-props <name=value...>',
        'configs of the producer, such as bootstrap.servers',
        collectKeyValue,
      )
      .option('--producer.config <file>', 'properties file with configs of the producer')
      .option('--print-metrics', 'print the metrics of the producer at the end')
      .option('--transactional-id <id>', 'comes with a later version')
      .option('--transaction-duration-ms <ms>', 'comes with a later version', wholeNumber()),
  run,
};

async function run(context: CommandContext<ProducerPerfOptions>): Promise<number> {
  const { options, signal, print, note } = context;
  const { client, producer: producerOptions } = producerPerfSettings(options);
  const payloads = payloadsOf(options, Math.random, print);
  const brokers = client.brokers as readonly string[];
  await mustReachBroker(brokers, client);
  const kafka = new Kafka({ ...client, brokers, logger: clientLog(note) });
  const producer = kafka.producer(producerOptions);
  const clock = systemClock;
  const start = clock.monotonic();
  const statistics = new SendStatistics(start);
  const load = new SendLoad({
    producer,
    topic: options.topic,
    records: options.numRecords,
    payloads,
    throttle: new ThroughputThrottle(options.throughput, start),
    statistics,
    clock,
    signal,
  });
  tellUnacknowledged(context, () => load.unacknowledged);
  const report = setInterval(() => {
    const line = statistics.closeWindow(clock.monotonic());
    if (line !== undefined) print(line);
  }, REPORT_EVERY_MS);
  try {
    await load.run();
    await producer.flush();
    print(statistics.summary(clock.monotonic()));
    if (options.printMetrics) {
      const clientId = client.clientId ?? DEFAULT_CLIENT_ID;
      const metrics = metricLines('producer-metrics', clientId, { ...producer.metrics() });
      for (const line of metrics) print(line);
    }
  } finally {
    clearInterval(report);
    await producer.close();
  }
  for (const [reason, records] of load.failures) note(`${records} records failed: ${reason}`);
  // How an interrupted run ends says the signal.
  return load.failures.size === 0 || signal.aborted ? ExitCode.ok : ExitCode.failure;
}

function throughput(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && (value > 0 || value === -1)) return value;
  throw new InvalidArgumentError('Give records a second, or -1 for no limit.');
}

if (require.main === module) void runCommand(definition);
