import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile } from '../cli/properties-file';
import { UsageError } from '../cli/usage-error';
import {
  chosenPayloads,
  monotonicPayloads,
  randomPayloads,
  readPayloads,
  type Payloads,
} from './payloads';

/** The command line of kafka-producer-perf-test. */
export interface ProducerPerfOptions {
  topic: string;
  numRecords: number;
  throughput: number;
  recordSize?: number;
  payloadFile?: string;
  payloadMonotonic?: boolean;
  payloadDelimiter: string;
  producerProps?: Record<string, string>;
  'producer.config'?: string;
  printMetrics?: boolean;
  transactionalId?: string;
  transactionDurationMs?: number;
}

export const DEFAULT_CLIENT_ID = 'perf-producer-client';

/**
 * The producer's options: `--producer-props` wins over `--producer.config`.
 *
 * @throws UsageError, FileUnreadableError
 */
export function producerPerfSettings(options: ProducerPerfOptions): ClientSettings {
  const { producerProps, 'producer.config': file } = options;
  if (producerProps === undefined && file === undefined) {
    throw new UsageError(
      'Either --producer-props or --producer.config must be specified.',
      'For instance: --producer-props bootstrap.servers=localhost:9092',
    );
  }
  if (options.transactionDurationMs || options.transactionalId !== undefined) {
    throw new UsageError('Transactions come with a later version.', 'Leave the option out.');
  }
  const settings = clientSettings('producer', {
    'client.id': DEFAULT_CLIENT_ID,
    ...(file === undefined ? {} : loadPropertiesFile(file)),
    ...producerProps,
  });
  if (!settings.client.brokers?.length) {
    throw new UsageError(
      'bootstrap.servers is missing.',
      'Add --producer-props bootstrap.servers=localhost:9092',
    );
  }
  return settings;
}

/** @throws UsageError unless exactly one of the three payload options was given */
export function payloadsOf(
  options: ProducerPerfOptions,
  random: () => number,
  print: (line: string) => void,
): Payloads {
  const { recordSize, payloadFile, payloadMonotonic = false, payloadDelimiter } = options;
  const given = [recordSize !== undefined, payloadFile !== undefined, payloadMonotonic];
  if (given.filter(Boolean).length !== 1) {
    throw new UsageError(
      'Exactly one of --record-size, --payload-file and --payload-monotonic must be specified.',
    );
  }
  if (recordSize !== undefined) return randomPayloads(recordSize, random);
  if (payloadFile === undefined) return monotonicPayloads;
  print(`Reading payloads from: ${payloadFile}`);
  const payloads = readPayloads(payloadFile, payloadDelimiter);
  print(`Number of messages read: ${payloads.length}`);
  return chosenPayloads(payloads, random);
}
