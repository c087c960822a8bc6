import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { flag } from '../admin/allowed-options';
import { loadPropertiesFile } from '../cli/properties-file';
import { UsageError } from '../cli/usage-error';

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

/** Options that make sense in a group only. */
const OF_GROUPS = [
  'groupInstanceId',
  'groupProtocol',
  'groupRemoteAssignor',
  'sessionTimeout',
  'enableAutocommit',
  'assignmentStrategy',
] as const satisfies readonly (keyof VerifiableConsumerOptions)[];

/** @throws UsageError, FileUnreadableError */
export function verifiableConsumerSettings(options: VerifiableConsumerOptions): ClientSettings {
  const file = options['consumer.config'];
  const given = file === undefined ? {} : loadPropertiesFile(file);
  return clientSettings('consumer', {
    'client.id': 'verifiable-consumer',
    ...given,
    ...groupProperties(options),
    'auto.offset.reset': options.resetPolicy,
    'bootstrap.servers': requiredBootstrapServer(options.bootstrapServer ?? options.brokerList),
  });
}

/** Kafka's tool commits by itself unless it is told to leave that to the consumer. */
function groupProperties(options: VerifiableConsumerOptions): Record<string, string> {
  const { groupId, groupInstanceId, groupProtocol, groupRemoteAssignor } = options;
  if (groupId === undefined) {
    const needless = OF_GROUPS.find((name) => options[name] !== undefined);
    if (needless === undefined) return {};
    throw new UsageError(`${flag(needless)} needs --group-id.`);
  }
  if (groupRemoteAssignor !== undefined) {
    throw new UsageError('--group-remote-assignor belongs to a group protocol that there is not.');
  }
  return {
    'group.id': groupId,
    'enable.auto.commit': String(options.enableAutocommit ?? false),
    'session.timeout.ms': String(options.sessionTimeout ?? 30_000),
    'partition.assignment.strategy': options.assignmentStrategy ?? 'RangeAssignor',
    ...(groupInstanceId === undefined ? {} : { 'group.instance.id': groupInstanceId }),
    ...(groupProtocol === undefined ? {} : { 'group.protocol': groupProtocol.toLowerCase() }),
  };
}
