import {
  encodeOffsetKey,
  encodeOffsetValue,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import type { ConfigEntry, GroupOffset } from '../../client/admin';
import type { ConsumerBatch, ConsumerRecord } from '../../client/consumer';
import { recordingStream } from '../cli/testing';
import { ranCommand } from '../cli/testing';
import { definition } from '../kafka-offsets-storage';
import { moveOffsets } from './move-offsets';
import type { OffsetsStorageOptions } from './options';
import type { TopicReader } from './read-offsets-topic';

const at = (topic: string, partition: number, offset: number): GroupOffset => ({
  ...{ topic, partition, offset, leaderEpoch: -1, metadata: '' },
});

/** A record of the offsets topic; an offset of null forgets it. */
function record(groupId: string, partition: number, offset: number | null): ConsumerRecord {
  const key = encodeOffsetKey({ groupId, topic: 't', partition });
  const value =
    offset === null
      ? null
      : encodeOffsetValue({
          ...{ offset, leaderEpoch: 4, metadata: 'm', commitTimestamp: 1, expireTimestamp: null },
        });
  return { key, value } as ConsumerRecord;
}

let topic: ConsumerRecord[] | undefined;
let groups: Map<string, GroupOffset[]>;
let storage: string;
let refused: Set<string>;
let committed: [string, unknown][];
const printed: string[] = [];
const notes: string[] = [];

beforeEach(() => {
  topic = [];
  groups = new Map();
  storage = 'kafka';
  refused = new Set();
  committed = [];
  printed.length = notes.length = 0;
});

const partition = { topic: '__consumer_offsets', partition: 0 };

function reader(): TopicReader {
  let position = 0;
  return {
    assign: () => Promise.resolve(),
    assignment: () => [partition],
    beginningOffsets: () => Promise.resolve([{ ...partition, offset: 0 }]),
    endOffsets: () => Promise.resolve([{ ...partition, offset: topic?.length ?? 0 }]),
    position: () => Promise.resolve(position),
    poll: () => {
      const records = (topic ?? []).slice(position, position + 2);
      position += records.length;
      return Promise.resolve([{ records } as unknown as ConsumerBatch]);
    },
  };
}

const ran = (options: Partial<OffsetsStorageOptions>) =>
  moveOffsets(
    {
      describeCluster: () =>
        Promise.resolve({
          clusterId: 'c',
          ...{ controller: undefined, brokers: [{ nodeId: 1, host: 'h', port: 1, rack: null }] },
        }),
      describeConfigs: () =>
        Promise.resolve([
          { type: 'BROKER', name: '1', configs: [{ value: storage } as ConfigEntry] },
        ]),
      listTopics: () =>
        Promise.resolve(topic ? [{ name: partition.topic, topicId: 'x', isInternal: true }] : []),
      listGroups: () =>
        Promise.resolve(
          [...groups.keys()].map((groupId) => ({
            ...({ groupId, protocolType: 'consumer', state: 'Empty', type: 'classic' } as const),
          })),
        ),
      listGroupOffsets: (groupId) => Promise.resolve(groups.get(groupId) ?? []),
      alterGroupOffsets: (groupId, offsets) => {
        if (refused.has(groupId)) return Promise.reject(new Error('It has members.'));
        committed.push([groupId, offsets]);
        return Promise.resolve();
      },
    },
    reader(),
    {
      options: { to: 'kafka', ...options },
      print: (line) => void printed.push(line),
      note: (line) => void notes.push(line),
      terminal: {
        stdin: process.stdin,
        stdout: recordingStream(),
        stderr: recordingStream(),
        env: {},
      },
    },
  );

it('shows what is not in the topic yet, and moves it when told to', async () => {
  groups.set('a', [at('t', 0, 10), at('t', 1, 20)]);
  groups.set('b', [at('t', 0, 7)]);
  topic = [record('a', 0, 9), record('a', 0, 10), record('b', 0, 7), record('b', 0, null)];
  expect(await ran({})).toBe(0);
  expect(printed).toEqual([
    [
      'GROUP  TOPIC  PARTITION  OFFSET  STATUS',
      'a      t              0      10  there already',
      'a      t              1      20  to be moved',
      'b      t              0       7  to be moved',
    ].join('\n'),
  ]);
  expect(notes).toEqual(['2 offsets would be moved to kafka; --execute does it.']);
  expect(committed).toEqual([]);
  expect(await ran({ execute: true })).toBe(0);
  expect(committed).toMatchObject([
    ['a', [{ topic: 't', partition: 1, offset: 20 }]],
    ['b', [{ topic: 't', partition: 0, offset: 7 }]],
  ]);
  expect(printed.at(-1)).toBe('Moved 2 offsets to kafka.');
});

it('finds everything to be moved when there is no topic yet', async () => {
  topic = undefined;
  groups.set('a', [at('t', 0, 10), at('t', 1, -1)]);
  expect(await ran({ execute: true })).toBe(0);
  expect(committed).toMatchObject([['a', [{ partition: 0, offset: 10 }]]]);
});

it('moves back what ZooKeeper does not know, and leaves what was committed since', async () => {
  storage = 'zookeeper';
  topic = [record('a', 0, 10), record('a', 1, 20), record('gone', 0, 1), record('gone', 0, null)];
  groups.set('a', [at('t', 1, 25)]);
  expect(await ran({ to: 'zookeeper', execute: true })).toBe(0);
  expect(printed[0]).toContain('committed since');
  expect(committed).toMatchObject([
    ['a', [{ partition: 0, offset: 10, leaderEpoch: 4, metadata: 'm' }]],
  ]);
});

it('goes on when a group cannot be moved, and says so', async () => {
  groups.set('a', [at('t', 0, 10)]);
  groups.set('b', [at('t', 0, 7)]);
  refused.add('a');
  expect(await ran({ execute: true })).toBe(1);
  expect(committed.map(([groupId]) => groupId)).toEqual(['b']);
  expect(notes[0]).toMatch(/group a could not be moved: It has members.*Stop its consumers/);
  expect(printed.at(-1)).toBe('Moved 1 offsets to kafka.');
});

it('refuses while brokers keep offsets elsewhere', async () => {
  storage = 'zookeeper';
  await expect(ran({ to: 'kafka' })).rejects.toMatchObject({
    code: 'OFFSETS_STORAGE_DIFFERS',
    message: 'Brokers that do not have offsets.storage=kafka: 1.',
  });
});

it.each([
  [[], /required option '--to/],
  [['--to', 'disk'], /kafka, zookeeper/],
  [['--to', 'kafka', '--dry-run', '--execute'], /not both/],
])('a wrong command line: %j', async (words, message) => {
  const { code, stderr } = await ranCommand(definition, [
    ...['--bootstrap-server', 'localhost:1', ...words],
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
