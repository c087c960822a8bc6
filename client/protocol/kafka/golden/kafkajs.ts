import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** KafkaJS's folders of encoders and decoders, by our names of the APIs. */
export const kafkaJsApis: Readonly<Record<string, string>> = {
  Produce: 'produce',
  Fetch: 'fetch',
  ListOffsets: 'listOffsets',
  Metadata: 'metadata',
  OffsetCommit: 'offsetCommit',
  OffsetFetch: 'offsetFetch',
  FindCoordinator: 'findCoordinator',
  JoinGroup: 'joinGroup',
  Heartbeat: 'heartbeat',
  LeaveGroup: 'leaveGroup',
  SyncGroup: 'syncGroup',
  DescribeGroups: 'describeGroups',
  ListGroups: 'listGroups',
  ApiVersions: 'apiVersions',
  CreateTopics: 'createTopics',
  DeleteTopics: 'deleteTopics',
  DeleteRecords: 'deleteRecords',
  InitProducerId: 'initProducerId',
  DescribeConfigs: 'describeConfigs',
  AlterConfigs: 'alterConfigs',
  CreatePartitions: 'createPartitions',
  DeleteGroups: 'deleteGroups',
  AlterPartitionReassignments: 'alterPartitionReassignments',
  ListPartitionReassignments: 'listPartitionReassignments',
};

const requests = join(dirname(require.resolve('kafkajs')), 'src/protocol/requests');

/** The module that encodes a request or decodes a response; undefined when there is none. */
export function kafkaJsFile(
  api: string,
  version: number,
  kind: 'request' | 'response',
): string | undefined {
  const file = join(requests, kafkaJsApis[api] ?? '-', `v${version}`, `${kind}.js`);
  return existsSync(file) ? file : undefined;
}
