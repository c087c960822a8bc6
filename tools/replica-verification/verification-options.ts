import { InvalidArgumentError, type Command } from 'commander';
import { wholeNumber } from '../cli/number-option';
import { UsageError } from '../cli/usage-error';
import { declareAdminOptions, type AdminOptions } from '../admin/admin-options';
import { topicFilter } from '../admin/topic-filter';

/** The command line of kafka-replica-verification. */
export interface ReplicaVerificationOptions extends AdminOptions {
  brokerList?: string;
  topicsInclude?: string;
  topicWhiteList?: string;
  /** -1 and -2 stand for the end and the begin, as in the protocol. */
  time?: number;
  reportIntervalMs: number;
  fetchSize: number;
  maxWaitMs: number;
  once?: boolean;
}

export function declareReplicaVerificationOptions(command: Command): void {
  declareAdminOptions(command)
    .option('--broker-list <host:port,…>', 'deprecated, the same as --bootstrap-server')
    .option('--topics-include <regex>', 'the topics; default: all')
    .option('--topic-white-list <regex>', 'deprecated, the same as --topics-include')
    .option(
      '--time <ms>',
      'where to begin: with records since then, -1 at the end, -2 at the begin (default: -1, with --once -2)',
      timeArgument,
    )
    .option('--report-interval-ms <ms>', 'between two reports', wholeNumber({ least: 1 }), 30_000)
    .option(
      '--fetch-size <bytes>',
      'of a partition to read at once',
      wholeNumber({ least: 1, most: 0x7fff_ffff }),
      1024 * 1024,
    )
    .option('--max-wait-ms <ms>', 'to wait when there is nothing new', wholeNumber(), 1000)
    .option(
      '--once',
      'end when all there is has been compared, or nothing could be compared for the report interval (not in Apache Kafka)',
    );
}

/** @throws UsageError */
export function chosenTopics(options: ReplicaVerificationOptions): (topic: string) => boolean {
  const { topicsInclude, topicWhiteList } = options;
  if (topicsInclude !== undefined && topicWhiteList !== undefined) {
    throw new UsageError("--topic-white-list can't be used with --topics-include.");
  }
  return topicFilter(topicsInclude ?? topicWhiteList);
}

function timeArgument(text: string): number {
  const time = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (time >= -2 && time <= Number.MAX_SAFE_INTEGER) return time;
  throw new InvalidArgumentError('Give milliseconds since 1970, -1 or -2.');
}
