import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { Cluster } from '../network';
import { BackoffClock } from '../network/testing/backoff-clock';
import { FakeBroker, Misbehaviour } from '../network/testing/fake-broker';
import { Admin } from './admin';
import { AdminError } from './admin-error';

const { AlterPartitionReassignments, DescribeConfigs, ElectLeaders } = apis;
const { IncrementalAlterConfigs, ListPartitionReassignments } = apis;
const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };

let broker: FakeBroker;
let admin: Admin;

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 2);
  admin = new Admin(new Cluster({ brokers: [broker.address], clock: new BackoffClock() }));
});
afterEach(async () => {
  await admin.close();
  await broker.stop();
});

async function failureOf(call: Promise<unknown>): Promise<AdminError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AdminError);
  return error as AdminError;
}

describe('electLeaders', () => {
  const electing = (codes: readonly number[]) => () => ({
    replicaElectionResults: [
      {
        topic: 'clicks',
        partitionResult: codes.map((errorCode, partitionId) => ({ partitionId, errorCode })),
      },
    ],
  });

  test('tells of each partition whether there was an election', async () => {
    broker.on(ElectLeaders, electing([0, ErrorCode.ELECTION_NOT_NEEDED]));
    const elections = await admin.electLeaders({
      type: 'unclean',
      partitions: [other, clicks],
    });
    expect(elections).toEqual([
      { ...other, elected: false },
      { ...clicks, elected: true },
    ]);
    expect(broker.received(ElectLeaders)[0]).toMatchObject({
      electionType: 1,
      topicPartitions: [{ topic: 'clicks', partitions: [1, 0] }],
    });
  });

  test('for all partitions it asks once, and what failed comes with what did not', async () => {
    broker.on(ElectLeaders, electing([0, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]));
    const error = await failureOf(admin.electLeaders({ type: 'preferred' }));
    expect(error.code).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
    expect([...error.failures.keys()]).toEqual(['clicks-1']);
    expect(error.succeeded.get('clicks-0')).toEqual({ ...clicks, elected: true });
    expect(broker.received(ElectLeaders)).toMatchObject([
      { electionType: 0, topicPartitions: null },
    ]);
  });

  test('an unavailable replica is not waited for', async () => {
    broker.on(ElectLeaders, electing([ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE]));
    const error = await failureOf(admin.electLeaders({ type: 'unclean', partitions: [clicks] }));
    expect(error.code).toBe('ELIGIBLE_LEADERS_NOT_AVAILABLE');
    expect(broker.received(ElectLeaders)).toHaveLength(1);
  });

  test.each([undefined, [clicks]])(
    'a controller in change is waited for (%j)',
    async (partitions) => {
      broker.on(ElectLeaders, electing([0]));
      broker.once(ElectLeaders, () => ({
        errorCode: ErrorCode.NOT_CONTROLLER,
        replicaElectionResults: [],
      }));
      broker.once(ElectLeaders, () => electing([ErrorCode.NOT_CONTROLLER])());
      const elections = await admin.electLeaders({ type: 'preferred', partitions });
      expect(elections).toEqual([{ ...clicks, elected: true }]);
      expect(broker.received(ElectLeaders)).toHaveLength(3);
    },
  );
});

describe('alterPartitionReassignments', () => {
  const answering = (errorCode: number) => () => ({
    errorCode: 0,
    responses: [{ name: 'clicks', partitions: [{ partitionIndex: 0, errorCode }] }],
  });

  test('sends where to, or null to stop', async () => {
    broker.on(AlterPartitionReassignments, ({ topics }) => ({
      errorCode: 0,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
      })),
    }));
    await admin.alterPartitionReassignments([
      { ...clicks, replicas: [3, 1] },
      { ...other, replicas: null },
    ]);
    expect(broker.received(AlterPartitionReassignments)[0].topics).toEqual([
      {
        name: 'clicks',
        partitions: [
          { partitionIndex: 0, replicas: [3, 1] },
          { partitionIndex: 1, replicas: null },
        ],
      },
    ]);
  });

  test('a stop whose answer was lost is recognised as done', async () => {
    broker.on(AlterPartitionReassignments, answering(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS));
    broker.once(AlterPartitionReassignments, () => Misbehaviour.cut(3));
    await admin.alterPartitionReassignments([{ ...clicks, replicas: null }]);
    const again = admin.alterPartitionReassignments([{ ...clicks, replicas: null }]);
    expect((await failureOf(again)).code).toBe('NO_REASSIGNMENT_IN_PROGRESS');
  });

  test('is repeated when there is no controller, refused at once when it makes no sense', async () => {
    broker.on(AlterPartitionReassignments, answering(ErrorCode.INVALID_REPLICA_ASSIGNMENT));
    broker.once(AlterPartitionReassignments, () => ({
      errorCode: ErrorCode.NOT_CONTROLLER,
      responses: [],
    }));
    const error = await failureOf(
      admin.alterPartitionReassignments([{ ...clicks, replicas: [1, 1] }]),
    );
    expect([...error.failures.keys()]).toEqual(['clicks-0']);
    expect(error.code).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(broker.received(AlterPartitionReassignments)).toHaveLength(2);
  });
});

test('listPartitionReassignments tells what moves, of all or of some', async () => {
  const moving = { replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [1] };
  broker.on(ListPartitionReassignments, () => ({
    errorCode: 0,
    topics: [{ name: 'clicks', partitions: [{ partitionIndex: 1, ...moving }] }],
  }));
  broker.once(ListPartitionReassignments, () => ({
    errorCode: ErrorCode.NOT_CONTROLLER,
    topics: [],
  }));
  expect(await admin.listPartitionReassignments()).toEqual([{ ...other, ...moving }]);
  await admin.listPartitionReassignments([other, clicks]);
  const asked = broker.received(ListPartitionReassignments).map(({ topics }) => topics);
  expect(asked).toEqual([null, null, [{ name: 'clicks', partitionIndexes: [1, 0] }]]);
});

describe("a broker's configs", () => {
  test('the default of all is asked of any, a newcomer is looked for, nonsense is refused', async () => {
    await admin.connect();
    const newcomer = await FakeBroker.start(2, broker.cluster);
    for (const asked of [broker, newcomer]) {
      asked.on(DescribeConfigs, ({ resources }) => ({
        results: resources.map((resource) => ({
          ...resource,
          errorCode: resource.resourceName === 'x' ? ErrorCode.INVALID_REQUEST : 0,
          configs: [],
        })),
      }));
      asked.on(IncrementalAlterConfigs, ({ resources }) => ({
        responses: resources.map((resource) => ({ ...resource, errorCode: 0 })),
      }));
    }
    const changes = [{ name: 'log.retention.ms', value: '1' }];
    await admin.incrementalAlterConfigs([{ type: 'BROKER', name: '2', changes }]);
    expect(newcomer.received(IncrementalAlterConfigs)).toMatchObject([
      { resources: [{ resourceType: 4, resourceName: '2' }] },
    ]);
    const [defaults] = await admin.describeConfigs([{ type: 'BROKER', name: '' }]);
    expect(defaults).toEqual({ type: 'BROKER', name: '', configs: [] });
    const error = await failureOf(admin.describeConfigs([{ type: 'BROKER', name: 'x' }]));
    expect(error.code).toBe('INVALID_REQUEST');
    await newcomer.stop();
  });
});
