import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile, loadVerbatimProperties } from '../cli/properties-file';
import { UsageError } from '../cli/usage-error';

/** The command line of kafka-console-producer. */
export interface ConsoleProducerOptions {
  topic: string;
  bootstrapServer?: string;
  brokerList?: string;
  sync?: boolean;
  compressionCodec?: string | true;
  batchSize?: number;
  messageSendMaxRetries?: number;
  retryBackoffMs?: number;
  timeout?: number;
  requestRequiredAcks?: string;
  requestTimeoutMs?: number;
  metadataExpiryMs?: number;
  maxBlockMs?: number;
  maxMemoryBytes?: number;
  maxPartitionMemoryBytes?: number;
  lineReader?: string;
  socketBufferSize?: number;
  property: Record<string, string>;
  readerConfig?: string;
  producerProperty: Record<string, string>;
  'producer.config'?: string;
}

/** What the tool uses where neither a flag nor a property says otherwise (ConsoleProducer.scala). */
const DEFAULTS = {
  'client.id': 'console-producer',
  acks: '-1',
  'linger.ms': '1000',
  'request.timeout.ms': '1500',
  retries: '3',
};

const LINE_READERS = [
  'org.apache.kafka.tools.LineMessageReader',
  'kafka.tools.ConsoleProducer$LineMessageReader',
];

/**
 * The producer's options: flags win over `--producer-property`, that over `--producer.config`, and
 * that over the tool's defaults. With `--sync` a record does not wait for others.
 *
 * @throws UsageError, FileUnreadableError
 */
export function producerSettings(options: ConsoleProducerOptions): ClientSettings {
  const brokers = requiredBootstrapServer(options.bootstrapServer ?? options.brokerList);
  const file = options['producer.config'];
  return clientSettings('producer', {
    ...DEFAULTS,
    ...(options.sync ? { 'linger.ms': '0' } : {}),
    ...(file === undefined ? {} : loadPropertiesFile(file)),
    ...options.producerProperty,
    ...given(options),
    'bootstrap.servers': brokers,
  });
}

/** The properties of the line reader: `--property` wins over `--reader-config`. */
export function readerProperties(options: ConsoleProducerOptions): Record<string, string> {
  const { lineReader, readerConfig, property } = options;
  if (lineReader !== undefined && !LINE_READERS.includes(lineReader)) {
    throw new UsageError(
      `There is no line reader ${lineReader}.`,
      'Leave --line-reader out; Java classes cannot be loaded.',
    );
  }
  return {
    ...(readerConfig === undefined ? {} : loadVerbatimProperties(readerConfig)),
    ...property,
  };
}

/** Flags that stand for configs of the producer, as far as they were given. */
function given(options: ConsoleProducerOptions): Record<string, string> {
  const { compressionCodec } = options;
  const flags: Record<string, string | number | undefined> = {
    acks: options.requestRequiredAcks,
    'batch.size': options.maxPartitionMemoryBytes ?? options.batchSize,
    'buffer.memory': options.maxMemoryBytes,
    'compression.type': compressionCodec === true ? 'gzip' : compressionCodec,
    'linger.ms': options.timeout,
    'max.block.ms': options.maxBlockMs,
    'metadata.max.age.ms': options.metadataExpiryMs,
    'request.timeout.ms': options.requestTimeoutMs,
    retries: options.messageSendMaxRetries,
    'retry.backoff.ms': options.retryBackoffMs,
    'send.buffer.bytes': options.socketBufferSize,
  };
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(flags)) {
    if (value !== undefined) properties[name] = String(value);
  }
  return properties;
}
