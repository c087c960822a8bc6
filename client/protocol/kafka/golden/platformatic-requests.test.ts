import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ZERO_UUID } from '../../schema';
import { everyVersion } from '../../testing/any-message';
import type { RequestHeader } from '../../wire-codec';
import { kafkaCodec } from '../codec';
import { miswrittenByPlatformatic, platformaticFile } from './platformatic';
import { valuesIn } from './unique-message';

/** As it is told an int64, and bytes. */
const int64 = (value: number) => ({ int64: String(value) });
const bytes = (text: string) => ({ bytes: Buffer.from(text).toString('hex') });

const uuid = '01020304-0506-0708-090a-0b0c0d0e0f10';
const topicAt = (more: object) => [{ name: 'topic', partitions: [{ partitionIndex: 3, ...more }] }];
const message = { topic: 'topic', partition: 3, key: bytes('k'), value: bytes('v') };
const config = { name: 'name', value: 'value' };
const configs = {
  resourceType: 2,
  resourceName: 'topic',
  configs: [{ ...config, configOperation: 1 }],
};
const member = { memberId: 'member', groupInstanceId: 'instance', reason: 'reason' };
const partition = {
  partition: 3,
  currentLeaderEpoch: 8,
  fetchOffset: int64(16),
  lastFetchedEpoch: 9,
  partitionMaxBytes: 10,
};

/** What each of its encoders is given, for all of its versions. */
const asked: Readonly<Record<string, (version: number) => unknown[]>> = {
  Produce: () => [
    -1,
    1000,
    [{ ...message, timestamp: int64(9) }],
    { transactionalId: 'transaction' },
  ],
  Fetch: (version) => [
    ...[1, 2, 5, 1, 11, 12],
    [{ topicId: version < 13 ? 'topic' : uuid, partitions: [partition] }],
    // Version 12 would name topics there, and it writes ids.
    version < 13 ? [] : [{ topic: uuid, partitions: [4] }],
    'rack',
  ],
  ListOffsets: () => [-1, 1, topicAt({ currentLeaderEpoch: 8, timestamp: int64(19) })],
  Metadata: () => [['topic', 'other'], true, true],
  OffsetCommit: () => [
    ...['group', 4, 'member', 'instance'],
    topicAt({ committedOffset: int64(16), committedLeaderEpoch: 7, committedMetadata: 'meta' }),
  ],
  OffsetFetch: () => [
    [
      {
        groupId: 'group',
        memberId: 'member',
        memberEpoch: 4,
        topics: [{ name: 'topic', partitionIndexes: [3] }],
      },
    ],
    true,
  ],
  FindCoordinator: () => [0, ['group', 'other']],
  JoinGroup: () => [
    ...['group', 1, 2, 'member', 'instance', 'consumer'],
    [{ name: 'range', metadata: bytes('metadata') }],
    'reason',
  ],
  Heartbeat: () => ['group', 4, 'member', 'instance'],
  LeaveGroup: () => ['group', [member]],
  SyncGroup: () => [
    ...['group', 4, 'member', 'instance', 'consumer', 'range'],
    [{ memberId: 'member', assignment: bytes('assignment') }],
  ],
  DescribeGroups: () => [['group', 'other'], true],
  ListGroups: () => [['Stable', 'Empty'], ['classic']],
  ApiVersions: () => ['software', '1.0'],
  CreateTopics: () => [
    [
      {
        name: 'topic',
        numPartitions: 2,
        replicationFactor: 5,
        assignments: [{ partitionIndex: 3, brokerIds: [1, 2] }],
        configs: [config],
      },
    ],
    6,
    true,
  ],
  DeleteTopics: () => [[{ name: 'topic', topicId: null }], 6],
  DeleteRecords: () => [topicAt({ offset: int64(19) }), 6],
  InitProducerId: () => ['transaction', 6, int64(17), 8],
  OffsetForLeaderEpoch: () => [-2, topicAt({ currentLeaderEpoch: 8, leaderEpoch: 7 })],
  DescribeConfigs: () => [
    [{ resourceType: 2, resourceName: 'topic', configurationKeys: ['name'] }],
    true,
    true,
  ],
  AlterConfigs: () => [[configs], true],
  DescribeLogDirs: () => [[{ name: 'topic', partitions: [3] }]],
  CreatePartitions: () => [
    [{ name: 'topic', count: 5, assignments: [{ brokerIds: [1] }, { brokerIds: [2] }] }],
    6,
    true,
  ],
  DeleteGroups: () => [['group', 'other']],
  IncrementalAlterConfigs: () => [[configs], true],
  AlterPartitionReassignments: () => [6, true, topicAt({ replicas: [1, 2] })],
  ListPartitionReassignments: () => [6, [{ name: 'topic', partitionIndexes: [3] }]],
  OffsetDelete: () => ['group', topicAt({})],
  DescribeCluster: () => [true, 1],
};

const cases = everyVersion().flatMap(([name, version, api]) => {
  const file = platformaticFile(name, version);
  const isSound = api.audience === 'client' && !miswrittenByPlatformatic.has(`${name} ${version}`);
  return isSound && file !== undefined ? [{ name, version, api, file }] : [];
});

/** What it has written of each, by the names of the cases. */
function encodeAll(): string[] {
  const script = join(__dirname, 'platformatic-encode.mjs');
  const told = cases.map(({ name, version, file }) => ({ file, args: asked[name]?.(version) }));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(told),
  });
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as string[];
}

test('every API that @platformatic/kafka asks is among them', () => {
  expect(Object.keys(asked).sort()).toEqual([...new Set(cases.map(({ name }) => name))].sort());
});

test('what @platformatic/kafka asks is read, and written as it was', () => {
  const bodies = encodeAll();
  const compared = cases.map(({ name, version, api }, index) => {
    const what = `${name} ${version}`;
    const header: RequestHeader = {
      apiKey: api.key,
      apiVersion: version,
      correlationId: 7,
      clientId: 'platformatic',
    };
    const empty = Buffer.concat(kafkaCodec.encodeRequest(api, header, {}));
    const hasTags = api.flexible.min <= version;
    const headerBytes = 2 + 2 + 4 + 2 + 'platformatic'.length + Number(hasTags);
    const payload = Buffer.concat([
      empty.subarray(4, 4 + headerBytes),
      Buffer.from(bodies[index] ?? '', 'hex'),
    ]);
    const received = kafkaCodec.decodeRequest(payload);
    if (received.error) return { what, error: received.error.message };
    const { body } = received as { body: object };
    const again = Buffer.concat(kafkaCodec.encodeRequest(api, header, body)).subarray(4);
    // No value is there that was not given, but defaults and record batches.
    const given = JSON.stringify(asked[name]?.(version)).replaceAll(
      /\{"bytes":"([0-9a-f]+)"\}/g,
      (_, hex: string) => JSON.stringify(Buffer.from(hex, 'hex').toString()),
    );
    const uuidGiven = Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
    const known = new Set([...valuesIn(JSON.parse(given)), '-1', ZERO_UUID, uuidGiven]);
    const strange = valuesIn(body).filter((value) => !known.has(value) && !value.includes('\0'));
    return { what, same: again.equals(payload), strange };
  });
  expect(compared.length).toBeGreaterThan(50);
  expect(compared).toEqual(compared.map(({ what }) => ({ what, same: true, strange: [] })));
});
