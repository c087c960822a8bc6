import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile } from '../cli/properties-file';

/** The command line of kafka-verifiable-consumer. */
export interface VerifiableConsumerOptions {
  topic: string;
  bootstrapServer?: string;
  brokerList?: string;
  maxMessages: number;
  verbose?: boolean;
  resetPolicy: 'earliest' | 'latest' | 'none';
  'consumer.config'?: string;
  groupId?: string;
  groupInstanceId?: string;
  groupProtocol?: string;
  groupRemoteAssignor?: string;
  sessionTimeout?: number;
  enableAutocommit?: boolean;
  assignmentStrategy?: string;
}

/** Options that are about groups. */
const OF_GROUPS = [
  'groupId',
  'groupInstanceId',
  'groupProtocol',
  'groupRemoteAssignor',
  'sessionTimeout',
  'enableAutocommit',
  'assignmentStrategy',
] as const satisfies readonly (keyof VerifiableConsumerOptions)[];

/** Whether the command line counts on a group, which there is not yet. */
export function countsOnGroup(options: VerifiableConsumerOptions): boolean {
  return OF_GROUPS.some((name) => options[name] !== undefined);
}

/** @throws UsageError, PropertiesFileError */
export function verifiableConsumerSettings(options: VerifiableConsumerOptions): ClientSettings {
  const file = options['consumer.config'];
  const given = file === undefined ? {} : loadPropertiesFile(file);
  delete given['group.id'];
  return clientSettings('consumer', {
    'client.id': 'verifiable-consumer',
    ...given,
    'auto.offset.reset': options.resetPolicy,
    'bootstrap.servers': requiredBootstrapServer(options.bootstrapServer ?? options.brokerList),
  });
}
