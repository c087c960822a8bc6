import { InvalidArgumentError } from 'commander';
import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile } from '../cli/properties-file';

/** The command line of kafka-verifiable-producer. */
export interface VerifiableProducerOptions {
  topic: string;
  bootstrapServer?: string;
  brokerList?: string;
  maxMessages: number;
  throughput: number;
  acks: '0' | '1' | '-1';
  'producer.config'?: string;
  messageCreateTime: number;
  valuePrefix?: number;
  repeatingKeys?: number;
}

/**
 * The producer's options. Unlike the producer of an application it does not repeat anything, unless
 * the file says so: what is reported as failed is for the reader of the events to judge.
 *
 * @throws UsageError, FileUnreadableError
 */
export function verifiableProducerSettings(options: VerifiableProducerOptions): ClientSettings {
  const file = options['producer.config'];
  return clientSettings('producer', {
    'client.id': 'verifiable-producer',
    acks: options.acks,
    retries: '0',
    ...(file === undefined ? {} : loadPropertiesFile(file)),
    'bootstrap.servers': requiredBootstrapServer(options.bootstrapServer ?? options.brokerList),
  });
}

/** Parses `--throughput`. */
export function throughputArgument(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (value === -1 || value > 0) return value;
  throw new InvalidArgumentError('Give records a second, or -1 for no limit.');
}
