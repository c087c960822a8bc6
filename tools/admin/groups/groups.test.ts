import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeGroups } from '../../../client/admin/testing/fake-groups';
import { FakeBroker } from '../../../client/network/testing/fake-broker';
import { apis } from '../../../client/protocol/apis';
import { ErrorCode } from '../../../client/protocol/error-codes';
import { ranCommand } from '../../cli/testing';
import { definition } from '../../kafka-consumer-groups';
import { parseResetFile } from './reset-file';
import { parseDateTime, parseDuration } from './reset-time';

let broker: FakeBroker;
let groups: FakeGroups;
let directory: string;

/** Each partition has the offsets 10 to 99, the first of them of the time 1000. */
beforeEach(async () => {
  broker = await FakeBroker.start(1);
  groups = new FakeGroups([broker]);
  directory = mkdtempSync(join(tmpdir(), 'kafka-classic-groups-'));
  broker.cluster.addTopic('clicks', 3);
  broker.on(apis.ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({
        partitionIndex,
        errorCode: 0,
        offset: timestamp === -1 ? 100 : timestamp === -2 ? 10 : timestamp <= 1000 ? 10 : -1,
      })),
    })),
  }));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await broker.stop();
});

const ran = (...args: string[]) =>
  ranCommand(definition, ['--bootstrap-server', broker.address, ...args]);

const reset = (...args: string[]) =>
  ran('--reset-offsets', '--group', 'shop', '--dry-run', ...args);

function shopWithMembers(): void {
  groups.add('shop', {
    members: [
      { memberId: 'app-1', clientId: 'app', partitions: [{ topic: 'clicks', partitions: [2] }] },
      {
        memberId: 'app-2',
        clientId: 'app',
        partitions: [{ topic: 'clicks', partitions: [1, 0] }],
      },
    ],
  });
  groups.commit('shop', 'clicks', 0, 40);
  groups.commit('shop', 'clicks', 2, 100);
  groups.commit('shop', 'views', 7, 55);
  broker.cluster.addTopic('views', 8);
}

describe('--list', () => {
  test('names', async () => {
    groups.add('shop');
    groups.add('bank');
    expect(await ran('--list')).toEqual({ code: 0, stdout: 'bank\nshop\n', stderr: '' });
  });

  test('states and types, of some states', async () => {
    shopWithMembers();
    groups.add('bank');
    expect((await ran('--list', '--state', '--type')).stdout.split('\n')).toEqual([
      'GROUP                     TYPE                 STATE               ',
      'bank                      Classic              Empty               ',
      'shop                      Classic              Stable              ',
      '',
    ]);
    const stable = await ran('--list', '--state', 'stable');
    expect(stable.stderr).toBe('');
    expect(stable.stdout).toContain('shop');
    expect(stable.stdout).not.toContain('bank');
    expect(JSON.parse((await ran('--list', '--json')).stdout)).toMatchObject([
      { groupId: 'bank', state: 'Empty' },
      { groupId: 'shop', state: 'Stable' },
    ]);
  });

  test('what is there although a broker does not say', async () => {
    groups.add('shop');
    const second = await FakeBroker.start(2, broker.cluster);
    second.on(apis.ListGroups, () => ({
      errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
      groups: [],
    }));
    const { code, stdout, stderr } = await ran('--list');
    await second.stop();
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'shop\n' });
    expect(stderr).toContain('Groups of broker 2 are missing: CLUSTER_AUTHORIZATION_FAILED');
  });
});

describe('--describe', () => {
  test('offsets: the busiest member first, what nobody reads last', async () => {
    shopWithMembers();
    const { code, stdout, stderr } = await ran('--describe', '--group', 'shop');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      '',
      'GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID',
      'shop            clicks          0          40              100             60              app-2           /127.0.0.1      app',
      'shop            clicks          1          -               100             -               app-2           /127.0.0.1      app',
      'shop            clicks          2          100             100             0               app-1           /127.0.0.1      app',
      'shop            views           7          55              100             45              -               -               -',
      '',
    ]);
  });

  test('members, with their partitions when asked', async () => {
    shopWithMembers();
    const { stdout } = await ran('--describe', '--group', 'shop', '--members', '--verbose');
    expect(stdout.split('\n')).toEqual([
      '',
      'GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     ASSIGNMENT',
      'shop            app-1           /127.0.0.1      app             1               clicks(2)',
      'shop            app-2           /127.0.0.1      app             2               clicks(0,1)',
      '',
    ]);
    const group = groups.groups.get('shop');
    group?.members.forEach((member, i) => (member.groupInstanceId = i === 0 ? 'one' : undefined));
    const withStatic = await ran('--describe', '--group', 'shop', '--members');
    expect(withStatic.stdout).toContain('CONSUMER-ID     GROUP-INSTANCE-ID HOST  ');
    expect(withStatic.stdout).toContain('app-1           one               /127.0.0.1');
  });

  test('state', async () => {
    shopWithMembers();
    const { stdout } = await ran('--describe', '--group', 'shop', '--state');
    expect(stdout.split('\n')).toEqual([
      '',
      'GROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE           #MEMBERS',
      `shop                      ${`${broker.address}  (1)`.padEnd(25)} range                Stable          2`,
      '',
    ]);
  });

  test('a coordinator that is away', async () => {
    broker.on(apis.FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 9, host: '127.0.0.1', port: 1 })),
    }));
    const away = await ran('--describe', '--group', 'shop', '--timeout', '1');
    expect(away).toMatchObject({ code: 1, stdout: '' });
    expect(away.stderr).toMatch(/^The coordinator of a group does not answer[^]*\nError: /);
  });

  test('groups that are empty, rebalancing or not there', async () => {
    groups.add('shop', { state: 'PreparingRebalance' });
    groups.commit('bank', 'clicks', 0, 10);
    const described = await ran(
      '--describe',
      ...['shop', 'bank', 'no'].flatMap((g) => ['--group', g]),
    );
    expect(described.code).toBe(1);
    expect(described.stderr).toBe(
      "\nConsumer group 'bank' has no active members.\n" +
        "\nError: Consumer group 'no' does not exist.\n" +
        "\nWarning: Consumer group 'shop' is rebalancing.\n",
    );
    expect(described.stdout).toContain('bank            clicks          0          10 ');
    expect(described.stdout).not.toContain('shop');
  });

  test('all groups as JSON; a partition that is gone has no end', async () => {
    shopWithMembers();
    groups.commit('bank', 'gone', 0, 5);
    const { stdout } = await ran('--describe', '--all-groups', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      {
        group: 'bank',
        state: 'Empty',
        partitions: [
          { topic: 'gone', partition: 0, currentOffset: 5, logEndOffset: null, lag: null },
        ],
      },
      {
        group: 'shop',
        state: 'Stable',
        assignmentStrategy: 'range',
        coordinator: { nodeId: 1 },
        partitions: [{ lag: 60, consumerId: 'app-2' }, {}, {}, { consumerId: null }],
      },
    ]);
  });
});

describe('--delete and --delete-offsets', () => {
  test('groups', async () => {
    shopWithMembers();
    groups.add('bank');
    groups.add('farm');
    expect(await ran('--delete', '--group', 'bank')).toEqual({
      code: 0,
      stdout: "Deletion of requested consumer groups ('bank') was successful.\n",
      stderr: '',
    });
    const some = await ran('--delete', '--all-groups');
    expect(some.code).toBe(1);
    expect(some.stderr).toContain("* Group 'shop' could not be deleted due to: NON_EMPTY_GROUP");
    expect(some.stdout).toContain("These consumer groups were deleted successfully: 'farm'");
  });

  test('offsets', async () => {
    shopWithMembers();
    const views = await ran('--delete-offsets', '--group', 'shop', '--topic', 'views:7');
    expect(views).toEqual({
      code: 0,
      stdout:
        'Request succeed for deleting offsets with topic views:7 group shop\n\n' +
        'TOPIC                          PARTITION       STATUS         \n' +
        'views                          7               Successful     \n',
      stderr: '',
    });
    const clicks = await ran('--delete-offsets', '--group', 'shop', '--topic', 'clicks');
    expect(clicks.code).toBe(1);
    expect(clicks.stderr).toContain('Encounter some partition level error');
    expect(clicks.stdout).toMatch(/clicks +2 +Error: GROUP_SUBSCRIBED_TO_TOPIC/);
    const none = await ran('--delete-offsets', '--group', 'no', '--topic', 'clicks');
    expect(none.stderr).toContain("\nError: 'no' does not exist.");
  });
});

describe('--reset-offsets', () => {
  beforeEach(() => {
    groups.commit('shop', 'clicks', 0, 40);
    groups.commit('shop', 'clicks', 1, 95);
  });

  test.each<[string[], number[]]>([
    [['--to-earliest'], [10, 10]],
    [['--to-latest'], [100, 100]],
    [['--to-current'], [40, 95]],
    [
      ['--to-offset', '50'],
      [50, 50],
    ],
    [
      ['--to-offset', '5'],
      [10, 10],
    ],
    [
      ['--shift-by', '-20'],
      [20, 75],
    ],
    [
      ['--shift-by', '20'],
      [60, 100],
    ],
    [
      ['--to-datetime', '1970-01-01T00:00:01.000'],
      [10, 10],
    ],
    [
      ['--by-duration', 'PT1H'],
      [100, 100],
    ],
  ])('%j', async (scenario, expected) => {
    const { code, stdout } = await reset('--all-topics', '--export', ...scenario);
    expect(code).toBe(0);
    expect(stdout).toBe(expected.map((offset, p) => `clicks,${p},${offset}\n`).join(''));
    expect(broker.received(apis.OffsetCommit)).toHaveLength(0);
  });

  test('says what it would do, with a warning unless that was asked for', async () => {
    const scope = ['--topic', 'clicks:2', '--to-current'];
    const planned = await ran('--reset-offsets', '--group', 'shop', ...scope);
    expect(planned.code).toBe(0);
    expect(planned.stderr).toContain('WARN: No action will be performed');
    expect(planned.stdout.split('\n')).toEqual([
      '',
      'GROUP                          TOPIC                          PARTITION  NEW-OFFSET     ',
      'shop                           clicks                         2          100            ',
      '',
    ]);
  });

  test('does it', async () => {
    const { code, stderr } = await ran(
      ...['--reset-offsets', '--group', 'shop', '--topic', 'clicks', '--to-offset', '99'],
      '--execute',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const offsets = [...(groups.groups.get('shop')?.offsets.values() ?? [])];
    expect(offsets.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 99],
      [1, 99],
      [2, 99],
    ]);
  });

  test('tells where the log does not go', async () => {
    const { stderr } = await reset('--topic', 'clicks:0', '--to-offset', '500');
    expect(stderr).toContain(
      'New offset (500) is higher than latest offset for topic partition clicks-0. ' +
        'Value will be set to 100',
    );
    const young = await reset('--topic', 'clicks:0', '--by-duration', 'PT1H');
    expect(young.stderr).toContain('Falling back to latest known offset.');
    const shift = await reset('--topic', 'clicks:2', '--shift-by', '1');
    expect(shift.code).toBe(1);
    expect(shift.stderr).toContain('Cannot shift offset for partition clicks-2');
  });

  test('from what --export has printed, of several groups as well', async () => {
    groups.commit('bank', 'clicks', 2, 30);
    const args = ['--reset-offsets', '--all-groups', '--dry-run'];
    const { stdout } = await ran(...args, '--all-topics', '--to-current', '--export');
    expect(stdout).toBe('bank,clicks,2,30\nshop,clicks,0,40\nshop,clicks,1,95\n');
    const file = join(directory, 'plan.csv');
    writeFileSync(file, stdout.replace('30', '31').replace('40', '41'));
    const done = await ran('--reset-offsets', '--all-groups', '--execute', '--from-file', file);
    expect(done.code).toBe(0);
    expect(groups.groups.get('bank')?.offsets.get('clicks-2')?.offset).toBe(31);
    expect(groups.groups.get('shop')?.offsets.get('clicks-0')?.offset).toBe(41);
  });

  test('not while the group reads', async () => {
    shopWithMembers();
    const { code, stdout, stderr } = await reset('--all-topics', '--to-earliest');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      "Assignments can only be reset if the group 'shop' is inactive, " +
        'but the current state is Stable. Stop its consumers; one that died counts until its ' +
        'session timeout is over.',
    );
  });

  test('and the topic exists', async () => {
    const { code, stderr } = await reset('--topic', 'nosuch', '--to-earliest');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no topic "nosuch". Check the name');
  });
});

describe('the file of --from-file', () => {
  test('quotes, blank lines, Windows', () =>
    expect([...parseResetFile('"a ""b"",c",t,0,5\r\n\r\nd,t,1,6', [])]).toEqual([
      ['a "b",c', [{ topic: 't', partition: 0, offset: 5 }]],
      ['d', [{ topic: 't', partition: 1, offset: 6 }]],
    ]));

  test.each([
    ['t,0', 'Line 1 is not'],
    ['t,0,5\nt,x,5', 'Line 2 is not'],
    ['g,t,0,-5', 'Line 1 is not'],
    ['g,t,0,5,6', 'Line 1 is not'],
  ])('%j is refused', (text, message) =>
    expect(() => parseResetFile(text, ['g'])).toThrow(message),
  );

  test('the last line for a partition counts', () =>
    expect([...parseResetFile('t,0,5\nt,1,6\nt,0,7', ['g'])]).toEqual([
      [
        'g',
        [
          { topic: 't', partition: 0, offset: 7 },
          { topic: 't', partition: 1, offset: 6 },
        ],
      ],
    ]));

  test('a line without its group', () =>
    expect(() => parseResetFile('t,0,5', ['a', 'b'])).toThrow('names no group'));
});

test.each([
  ['2024-02-29T12:00:00.000', Date.UTC(2024, 1, 29, 12)],
  ['2024-02-29T12:00:00.5Z', Date.UTC(2024, 1, 29, 12, 0, 0, 500)],
  ['2024-02-29T12:00:00.000+02:00', Date.UTC(2024, 1, 29, 10)],
  ['2024-02-29T12:00:00.000-02', Date.UTC(2024, 1, 29, 14)],
])('the time %s', (text, time) => expect(parseDateTime(text)).toBe(time));

test.each(['2023-02-29T12:00:00.000', '2024-02-29', '12:00', 'yesterday', ''])(
  '"%s" is no time',
  (text) => expect(() => parseDateTime(text)).toThrow('is not a time'),
);

test.each([
  ['PT1H30M', 5_400_000],
  ['P1DT2S', 86_402_000],
  ['PT0.5S', 500],
  ['-PT1M', -60_000],
  ['PT-1M', -60_000],
])('the duration %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['P', 'PT', '1h', 'P1Y', 'P1DT', ''])('"%s" is no duration', (text) =>
  expect(() => parseDuration(text)).toThrow('is not a duration'),
);
