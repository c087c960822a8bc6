import { allApis } from '../../../client/protocol/apis';
import { formatRange } from '../../../client/protocol/version-range';
import { askedVersions, type ClientResult } from './client-results';

/** The versions that a client has code for, by API. */
interface KafkaClient {
  readonly name: string;
  /** As results name it. */
  readonly inResults: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

/** From the clients' sources; librdkafka 2.0.2 is what Debian 12 has, and kcat 1.7.1 with it. */
const clients: readonly KafkaClient[] = [
  {
    name: 'KafkaJS 2.2.4',
    inResults: ['KafkaJS'],
    versions: {
      Produce: '0-7',
      Fetch: '0-11',
      ListOffsets: '0-3',
      Metadata: '0-6',
      OffsetCommit: '0-5',
      OffsetFetch: '1-4',
      FindCoordinator: '0-2',
      JoinGroup: '0-5',
      Heartbeat: '0-3',
      LeaveGroup: '0-3',
      SyncGroup: '0-3',
      DescribeGroups: '0-2',
      ListGroups: '0-2',
      ApiVersions: '0-2',
      CreateTopics: '0-3',
      DeleteTopics: '0-1',
      DeleteRecords: '0-1',
      InitProducerId: '0-1',
      DescribeConfigs: '0-2',
      AlterConfigs: '0-1',
      CreatePartitions: '0-1',
      DeleteGroups: '0-1',
      AlterPartitionReassignments: '0',
      ListPartitionReassignments: '0',
    },
  },
  {
    name: 'librdkafka 2.0.2, kcat',
    inResults: ['librdkafka', 'kcat'],
    versions: {
      Produce: '0-7',
      Fetch: '0-11',
      ListOffsets: '0-2',
      Metadata: '0-4',
      OffsetCommit: '0-7',
      OffsetFetch: '0-7',
      FindCoordinator: '0-2',
      JoinGroup: '0-5',
      Heartbeat: '0-3',
      LeaveGroup: '0-1',
      SyncGroup: '0-3',
      DescribeGroups: '0-4',
      ListGroups: '0-4',
      ApiVersions: '0-3',
      CreateTopics: '0-4',
      DeleteTopics: '0-1',
      DeleteRecords: '0-1',
      InitProducerId: '0-4',
      DescribeConfigs: '0-1',
      AlterConfigs: '0',
      CreatePartitions: '0',
      DeleteGroups: '0-1',
      OffsetDelete: '0',
    },
  },
  {
    name: '@platformatic/kafka',
    inResults: ['@platformatic/kafka'],
    versions: {
      Produce: '7-11',
      Fetch: '12-17',
      ListOffsets: '5-9',
      Metadata: '9-12',
      OffsetCommit: '8-9',
      OffsetFetch: '8-9',
      FindCoordinator: '4-6',
      JoinGroup: '6-9',
      Heartbeat: '4',
      LeaveGroup: '4-5',
      SyncGroup: '4-5',
      DescribeGroups: '5',
      ListGroups: '4-5',
      ApiVersions: '3',
      CreateTopics: '7',
      DeleteTopics: '6',
      DeleteRecords: '2',
      InitProducerId: '3-5',
      OffsetForLeaderEpoch: '4',
      DescribeConfigs: '2-4',
      AlterConfigs: '2',
      CreatePartitions: '1-3',
      DescribeLogDirs: '2-4',
      DeleteGroups: '2',
      IncrementalAlterConfigs: '1',
      OffsetDelete: '0',
      DescribeCluster: '0-1',
    },
  },
];

/**
 * The versions of every API that clients may ask for, beside those that clients have code for and,
 * in parentheses, those that they were seen asking for.
 */
export function renderKafkaVersions(results: readonly ClientResult[]): string {
  const listed = allApis().filter(({ audience }) => audience === 'client');
  return [
    `| key | API | versions | flexible from | ${clients.map(({ name }) => name).join(' | ')} |`,
    `|---:|---|---|---|${clients.map(() => '---|').join('')}`,
    ...listed.map(({ key, name, versions, flexible }) => {
      const asked = clients.map(({ versions: known, inResults }) => {
        const seen = askedVersions(results, inResults, name);
        return [known[name] ?? '', ...(seen.length > 0 ? [`(${seen.join(', ')})`] : [])].join(' ');
      });
      const from = flexible.min > versions.max ? '' : String(flexible.min);
      return `| ${key} | ${name} | ${formatRange(versions)} | ${from} | ${asked.join(' | ')} |`;
    }),
  ].join('\n');
}
