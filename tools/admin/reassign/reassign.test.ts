import { MissingPartitionError, type Admin, type OngoingReassignment } from '../../../client/admin';
import { ranCommand } from '../../cli/testing';
import { definition } from '../../kafka-reassign-partitions';
import { clearThrottles } from './clear-throttles';
import { assignmentsOfPartitions } from './current-assignments';
import { chooseBrokers, propose } from './generate';
import { formatOngoing } from './list';
import { allMoves } from './moves';
import { assignmentsOf, formatAssignments } from './reassignment-file';
import { throttleFor } from './throttle';
import { topicsToMove } from './topics-to-move-file';

const at = (topic: string, partition: number, ...replicas: number[]) => ({
  topic,
  partition,
  replicas,
});
const ongoing = (
  topic: string,
  partition: number,
  replicas: number[],
  addingReplicas: number[],
  removingReplicas: number[] = [],
): OngoingReassignment => ({ topic, partition, replicas, addingReplicas, removingReplicas });

describe('the command line', () => {
  test.each([
    [[], 'exactly one action: --generate, --execute, --verify, --cancel or --list.'],
    [['--verify', '--cancel'], 'exactly one action'],
    [['--execute'], '--execute needs --reassignment-json-file.'],
    [['--verify'], '--verify needs --reassignment-json-file.'],
    [['--generate', '--broker-list', '1'], '--generate needs --topics-to-move-json-file.'],
    [['--generate', '--topics-to-move-json-file', 'f'], '--generate needs --broker-list.'],
    [
      ['--generate', '--topics-to-move-json-file', 'f', '--broker-list', '1,two'],
      '"two" in --broker-list is not a broker id.',
    ],
    [
      ['--generate', '--topics-to-move-json-file', 'f', '--broker-list', '1,2,1'],
      'Broker list contains duplicate entries: 1.',
    ],
    [['--list', '--throttle', '5'], "--throttle can't be used with --list."],
    [['--verify', '--reassignment-json-file', 'f', '--additional'], "--additional can't be used"],
    [['--execute', '--reassignment-json-file', 'f', '--throttle', '0'], 'whole number from 1 on'],
    [
      ['--execute', '--reassignment-json-file', 'f', '--replica-alter-log-dirs-throttle', '1'],
      'does not move replicas between the log directories',
    ],
  ])('refuses %j', async (args, message) => {
    const refused = await ranCommand(definition, [...args, '--bootstrap-server', 'localhost:1']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
  });
});

describe('a reassignment file', () => {
  const entry = (more: object) => ({ partitions: [{ topic: 't', partition: 0, ...more }] });

  test('is read, in order', () => {
    const partitions = [at('u', 0, 1), { ...at('t', 10, 3), log_dirs: ['any'] }, at('t', 2, 1, 2)];
    expect(assignmentsOf({ version: 1, partitions })).toEqual([
      at('t', 2, 1, 2),
      at('t', 10, 3),
      at('u', 0, 1),
    ]);
  });

  test('what is printed can be read again', () => {
    const assignments = [at('t', 2, 1, 2), at('t', 0, 3)];
    const text = formatAssignments(assignments);
    expect(text).toBe(
      '{"version":1,"partitions":[' +
        '{"topic":"t","partition":0,"replicas":[3],"log_dirs":["any"]},' +
        '{"topic":"t","partition":2,"replicas":[1,2],"log_dirs":["any","any"]}]}',
    );
    expect(assignmentsOf(JSON.parse(text))).toEqual([at('t', 0, 3), at('t', 2, 1, 2)]);
  });

  test.each<[unknown, string]>([
    [[], 'no JSON object'],
    [{ version: 2, partitions: [] }, 'Not supported version field value 2'],
    [{}, 'cannot be empty'],
    [{ partitions: 'all' }, '"partitions" is no list'],
    [{ partitions: [7] }, 'Entry 0 of "partitions" is no object'],
    [entry({}), 'Entry 0 has not all of'],
    [entry({ replicas: [] }), 'replica list of t-0 cannot be empty'],
    [entry({ replicas: [1, 'b'] }), 'The replicas of t-0 are not all broker ids.'],
    [entry({ replicas: [-1] }), 'The replicas of t-0 are not all broker ids.'],
    [entry({ replicas: [1, 2, 1] }), 't-0 has several replicas on the same broker: 1.'],
    [entry({ replicas: [1], log_dirs: [] }), 'has not one entry for each replica'],
    [entry({ replicas: [1], log_dirs: ['/d'] }), 'log directories cannot be chosen'],
    [{ partitions: [at('t', 0, 1), at('t', 0, 2)] }, 'duplicate topic partitions: t-0.'],
  ])('refused: %j', (root, message) => expect(() => assignmentsOf(root)).toThrow(message));
});

describe('a file of topics', () => {
  test('is read', () =>
    expect(topicsToMove({ topics: [{ topic: 'b' }, { topic: 'a' }] })).toEqual(['b', 'a']));

  test.each<[unknown, string]>([
    [null, 'no JSON object'],
    [{ version: 3, topics: [{ topic: 'a' }] }, 'Not supported version'],
    [{ topics: [] }, 'names no topics'],
    [{ topics: ['a'] }, 'Entry 0 of "topics" has no topic.'],
    [{ topics: [{ topic: 'a' }, { topic: 'a' }] }, 'duplicate entries: a.'],
  ])('refused: %j', (root, message) => expect(() => topicsToMove(root)).toThrow(message));
});

describe('a proposal', () => {
  const brokers = [1, 2, 3].map((id) => ({ id, rack: null }));

  test('spreads each topic with the replicas it has', () => {
    const current = [at('a', 0, 9), at('a', 1, 9), at('a', 2, 9), at('b', 0, 8, 9)];
    expect(propose(current, brokers, () => 0)).toEqual([
      at('a', 0, 1),
      at('a', 1, 2),
      at('a', 2, 3),
      at('b', 0, 1, 2),
    ]);
  });

  test('needs as many brokers as replicas', () =>
    expect(() => propose([at('a', 0, 7, 8, 9)], brokers.slice(1), () => 0)).toThrow(
      'Topic a has 3 replicas, more than the 2 brokers given.',
    ));

  const live = [
    { nodeId: 1, rack: 'a' },
    { nodeId: 2, rack: 'b' },
    { nodeId: 3, rack: null },
  ];
  test('heeds racks if all brokers have one, or is told not to', () => {
    expect(chooseBrokers([2, 1], live, true)).toEqual([
      { id: 1, rack: 'a' },
      { id: 2, rack: 'b' },
    ]);
    expect(chooseBrokers([1, 3], live, false)).toEqual([
      { id: 1, rack: null },
      { id: 3, rack: null },
    ]);
    expect(chooseBrokers([3], live, true)).toEqual([{ id: 3, rack: null }]);
    expect(() => chooseBrokers([1, 3], live, true)).toThrow('3 have none');
  });

  test('names live brokers', () =>
    expect(() => chooseBrokers([1, 4, 5], live, true)).toThrow('Unknown broker id 4, 5.'));
});

describe('the throttle of moves', () => {
  test('is for the brokers a partition comes from and for those it goes to', () => {
    const moves = allMoves(
      [ongoing('t', 1, [4, 1, 2], [4], [1]), ongoing('u', 0, [5, 6], [6])],
      [at('t', 0, 2, 3), at('t', 1, 2, 3)],
      [at('t', 0, 1, 2), at('t', 1, 1, 2)],
    );
    expect(moves).toEqual([
      { topic: 't', partition: 1, sources: [1, 2], destinations: [3] },
      { topic: 'u', partition: 0, sources: [5], destinations: [6] },
      { topic: 't', partition: 0, sources: [1, 2], destinations: [3] },
    ]);
    expect(throttleFor(moves)).toEqual({
      brokers: [1, 2, 3, 5, 6],
      topics: new Map([
        ['t', { leaders: '1:1,1:2,0:1,0:2', followers: '1:3,0:3' }],
        ['u', { leaders: '0:5', followers: '0:6' }],
      ]),
    });
  });
});

/** A cluster of two live brokers whose topics have configs. */
class FakeAdmin {
  readonly altered: string[] = [];
  failing: string | undefined;

  constructor(private readonly throttled: Readonly<Record<string, string>>) {}

  describeCluster() {
    const brokers = [1, 2].map((nodeId) => ({ nodeId, host: 'h', port: nodeId, rack: null }));
    return Promise.resolve({ clusterId: 'c', controller: undefined, brokers });
  }

  listTopics() {
    const names = Object.keys(this.throttled);
    return Promise.resolve(names.map((name) => ({ name, topicId: name, isInternal: false })));
  }

  describeConfigs: Admin['describeConfigs'] = (resources) =>
    Promise.resolve(
      resources.map(({ name }) => ({
        type: 'TOPIC' as const,
        name,
        configs: [
          {
            name: 'leader.replication.throttled.replicas',
            value: this.throttled[name],
            source: 'DYNAMIC_TOPIC_CONFIG' as const,
            isDefault: false,
            readOnly: false,
            isSensitive: false,
            type: 'LIST' as const,
            synonyms: [],
            documentation: null,
          },
        ],
      })),
    );

  incrementalAlterConfigs: Admin['incrementalAlterConfigs'] = (resources) => {
    for (const { type, name, changes } of resources) {
      if (`${type} ${name}` === this.failing) return Promise.reject(new Error('no'));
      for (const change of changes) expect(change.operation).toBe('DELETE');
      this.altered.push(`${type} ${name}`);
    }
    return Promise.resolve();
  };
}

describe('removing throttles', () => {
  const lines: string[] = [];
  const clear = (admin: FakeAdmin, ...assignments: ReturnType<typeof at>[]) =>
    clearThrottles(admin, assignments, (line) => lines.push(line));
  beforeEach(() => (lines.length = 0));

  test('reaches live brokers, those named, those that lists tell of; topics last', async () => {
    const admin = new FakeAdmin({ moved: '0:7', other: '3:8,4:1', all: '*', none: '' });
    await clear(admin, at('moved', 0, 1, 6), at('gone', 0, 2));
    expect(admin.altered).toEqual([
      ...['BROKER 1', 'BROKER 2', 'BROKER 6', 'BROKER 7', 'BROKER 8'],
      ...['TOPIC moved', 'TOPIC other'],
    ]);
    expect(lines).toEqual([
      'Clearing broker-level throttles on brokers 1,2,6,7,8',
      'Clearing topic-level throttles on topics moved,other',
    ]);
  });

  test('topics keep their lists until the brokers are done', async () => {
    const admin = new FakeAdmin({ moved: '0:7' });
    admin.failing = 'BROKER 7';
    await expect(clear(admin, at('moved', 0, 1))).rejects.toThrow('no');
    expect(admin.altered).not.toContain('TOPIC moved');
  });
});

describe('where partitions lie', () => {
  const partition = (index: number, replicas: number[]) => ({
    topic: 't',
    partition: index,
    leader: replicas[0],
    leaderEpoch: 0,
    replicas,
    isr: replicas,
    offlineReplicas: [],
  });
  const admin: Pick<Admin, 'describeTopics'> = {
    describeTopics: (names) =>
      Promise.resolve(
        names.map((name) => ({
          name,
          topicId: name,
          isInternal: false,
          partitions: [partition(0, [1, 2]), partition(1, [3, 1, 2])],
        })),
      ),
  };

  test('is where they came from, for those that are being moved', async () => {
    const moving = [ongoing('t', 1, [3, 1, 2], [3], [1])];
    const found = await assignmentsOfPartitions(admin, [at('t', 0), at('t', 1)], moving);
    expect(found).toEqual([at('t', 0, 1, 2), at('t', 1, 1, 2)]);
  });

  test('a partition that does not exist is an error', () =>
    expect(assignmentsOfPartitions(admin, [at('t', 2)], [])).rejects.toThrow(
      MissingPartitionError,
    ));
});

test.each([
  [ongoing('t', 3, [2, 3, 1], [2, 3], [1]), 't-3: replicas: 2,3,1. adding: 2,3. removing: 1.'],
  [ongoing('t', 3, [2, 1], [], [1]), 't-3: replicas: 2,1. removing: 1.'],
])('listed', (reassignment, line) => expect(formatOngoing(reassignment)).toBe(line));
