import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile } from '../cli/properties-file';

/** The command line of kafka-consumer-perf-test. */
export interface ConsumerPerfOptions {
  topic: string;
  messages: number;
  bootstrapServer?: string;
  brokerList?: string;
  group?: string;
  fetchSize?: number;
  fromLatest?: boolean;
  socketBufferSize?: number;
  'consumer.config'?: string;
  printMetrics?: boolean;
  showDetailedStats?: boolean;
  timeout: number;
  reportingInterval: number;
  dateFormat: string;
  hideHeader?: boolean;
}

export const DEFAULT_CLIENT_ID = 'perf-consumer-client';

/**
 * The consumer's options: flags win over `--consumer.config`. Checksums are not checked, as Kafka's
 * tool does not (ConsumerPerformance.java).
 *
 * @throws UsageError, FileUnreadableError
 */
export function consumerPerfSettings(options: ConsumerPerfOptions): ClientSettings {
  const brokers = requiredBootstrapServer(options.bootstrapServer ?? options.brokerList);
  const file = options['consumer.config'];
  return clientSettings('consumer', {
    'client.id': DEFAULT_CLIENT_ID,
    ...(file === undefined ? {} : loadPropertiesFile(file)),
    ...(options.group === undefined ? {} : { 'group.id': options.group }),
    'max.partition.fetch.bytes': String(options.fetchSize ?? 1024 * 1024),
    'auto.offset.reset': options.fromLatest ? 'latest' : 'earliest',
    'check.crcs': 'false',
    'bootstrap.servers': brokers,
  });
}
