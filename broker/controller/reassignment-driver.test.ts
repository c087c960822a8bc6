import type { RequestOf } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import { ListPartitionReassignments } from '../../client/protocol/messages/list-partition-reassignments';
import { assigned, paths } from '../../zk-coordination';
import { ControllerWorld } from './controller-fixture';

let world: ControllerWorld;
afterEach(() => world.close());

const request = (
  replicas: number[] | null,
  topic = 't',
): RequestOf<typeof AlterPartitionReassignments> => ({
  timeoutMs: 1_000,
  topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas }] }],
});

async function move(replicas: number[] | null, topic = 't'): Promise<number | undefined> {
  const answer = await world.ask(AlterPartitionReassignments, request(replicas, topic));
  await world.settle();
  return answer.responses[0]?.partitions[0]?.errorCode;
}

/** The leader says who is in sync. */
async function inSync(...isr: number[]): Promise<number | undefined> {
  const state = (await world.state('t'))!;
  const { topicId } = (await world.until(world.anybody.stores.topics.get('t')))!;
  const answer = await world.ask(AlterPartition, {
    brokerId: state.leader,
    brokerEpoch: Number(world.broker(state.leader).epoch),
    topics: [
      {
        topicId: topicId!,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: state.leaderEpoch,
            partitionEpoch: state.partitionEpoch,
            leaderRecoveryState: 0,
            newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: -1 })),
          },
        ],
      },
    ],
  });
  await world.settle();
  return answer.topics[0]?.partitions[0]?.errorCode;
}

async function stored(topic = 't') {
  return (await world.until(world.anybody.stores.topics.get(topic)))!.partitions.get(0);
}

async function underWay() {
  const { topics } = await world.ask(ListPartitionReassignments, { timeoutMs: 1, topics: null });
  return topics.flatMap(({ partitions }) => partitions);
}

describe('a reassignment', () => {
  beforeEach(async () => {
    world = await ControllerWorld.start(1, 2, 3, 4);
    await world.createTopic('t', [[1, 2]]);
  });

  it('has new brokers copy, and the old ones delete when they are in sync', async () => {
    expect(await move([3, 4])).toBe(ErrorCode.NONE);
    expect(await stored()).toEqual({ replicas: [3, 4, 1, 2], adding: [3, 4], removing: [1, 2] });
    expect(await underWay()).toEqual([
      {
        partitionIndex: 0,
        replicas: [3, 4, 1, 2],
        addingReplicas: [3, 4],
        removingReplicas: [1, 2],
      },
    ]);
    expect(world.broker(3).told.get('t-0')).toMatchObject({ isNew: true, leader: 1 });
    expect(world.broker(1).told.get('t-0')).toMatchObject({
      isNew: false,
      leaderEpoch: 1,
      replicas: [3, 4, 1, 2],
      addingReplicas: [3, 4],
    });

    expect(await inSync(1, 2, 3)).toBe(ErrorCode.NONE);
    expect((await stored())?.adding).toEqual([3, 4]);
    expect(await inSync(1, 2, 3, 4)).toBe(ErrorCode.NONE);
    expect(await stored()).toEqual(assigned([3, 4]));
    expect(await world.state('t')).toMatchObject({ leader: 3, isr: [3, 4] });
    expect(await underWay()).toEqual([]);
    for (const id of [1, 2]) expect(world.broker(id).deleted).toEqual(['t-0']);
    for (const id of [3, 4]) {
      expect(world.broker(id).told.get('t-0')).toMatchObject({ leader: 3, replicas: [3, 4] });
    }
    expect(world.broker(2).metadata.get('t-0')).toMatchObject({ leader: 3, isr: [3, 4] });
    expect(world.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('changes the order at once', async () => {
    await move([2, 1]);
    expect(await stored()).toEqual(assigned([2, 1]));
    expect(await world.state('t')).toMatchObject({ leader: 1, isr: [1, 2] });
  });

  it('can be cancelled, and replaced', async () => {
    await move([3, 4]);
    await inSync(1, 2, 3);
    expect(await move([4, 2])).toBe(ErrorCode.NONE);
    expect(await stored()).toEqual({ replicas: [4, 2, 1], adding: [4], removing: [1] });
    expect(await world.state('t')).toMatchObject({ leader: 1, isr: [1, 2] });
    expect(world.broker(3).deleted).toEqual(['t-0']);
    expect(await move(null)).toBe(ErrorCode.NONE);
    expect(await stored()).toEqual(assigned([2, 1]));
    expect(world.broker(4).deleted).toEqual(['t-0']);
    expect(await move(null)).toBe(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
  });

  it('is refused where it makes no sense', async () => {
    expect(await move([1], 'u')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await move([9])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    expect(await move([])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    expect(await stored()).toEqual(assigned([1, 2]));
  });

  it('keeps partitions that are added at the same time', async () => {
    const { topics } = world.anybody.stores;
    const topic = (await world.until(topics.get('t')))!;
    const partitions = new Map(topic.partitions).set(1, assigned([2, 1]));
    const extending = topics.setAssignment('t', { ...topic, partitions }, topic.version);
    expect(await move([3, 4])).toBe(ErrorCode.NONE);
    await world.until(extending);
    await world.settle();
    const after = (await world.until(topics.get('t')))!;
    expect([...after.partitions.keys()]).toEqual([0, 1]);
    expect(after.partitions.get(0)?.adding).toEqual([3, 4]);
    expect(await world.state('t', 1)).toMatchObject({ leader: 2 });
  });

  it('waits for a broker that is away', async () => {
    await move([1, 4]);
    await world.kill(4);
    expect(await stored()).toMatchObject({ adding: [4] });
    await world.add(4);
    expect(world.broker(4).told.get('t-0')).toMatchObject({ leader: 1, replicas: [1, 4, 2] });
    await inSync(1, 2, 4);
    expect(await stored()).toEqual(assigned([1, 4]));
  });

  it('can be asked for through ZooKeeper', async () => {
    const wish = (replicas: number[], topic = 't') => ({ topic, partition: 0, replicas });
    const partitions = [wish([3, 4]), wish([1], 'u')];
    const data = Buffer.from(JSON.stringify({ version: 1, partitions }));
    await world.until(world.anybody.zk.create(paths.reassignPartitions, data));
    await world.settle();
    expect(await stored()).toMatchObject({ adding: [3, 4] });
    const left = () => world.until(world.anybody.stores.reassignments.get());
    expect(await left()).toEqual([wish([3, 4])]);
    await inSync(1, 2, 3, 4);
    expect(await stored()).toEqual(assigned([3, 4]));
    expect(await left()).toBeNull();
  });
});

describe('a reassignment outlives its controllers', () => {
  /** The controller's session ends with its nth write from now, its reply unheard. */
  function dieAtWrite(n: number): void {
    const { sessionId } = world.controller.zk;
    let writes = 0;
    world.ensemble.faults.dropNextReply((call) => {
      if (call.op !== 'multi' || call.sessionId !== sessionId || ++writes < n) return false;
      queueMicrotask(() => world.ensemble.faults.expire(sessionId));
      return true;
    });
  }

  it.each([1, 2, 3, 4, 5, 6])('that die at write %i', async (n) => {
    world = await ControllerWorld.start(1, 2, 3, 4, 5);
    await world.createTopic('t', [[1, 2]]);
    const inOffice = world.controller;
    dieAtWrite(n);
    const asked = inOffice.controller.handle(AlterPartitionReassignments, request([3, 4]));
    await world.until(asked.catch(() => undefined));
    await world.eventually(() =>
      [...world.brokers.values()].some((one) => one.controller.isActive),
    );
    await world.advance(1_000);
    if ((await stored())?.adding.length === 0) await move([3, 4]);

    for (let attempts = 0; (await stored())?.adding.length !== 0; attempts++) {
      expect(attempts).toBeLessThan(10);
      const { isr } = (await world.state('t'))!;
      await inSync(...new Set([...isr, 3, 4])).catch(() => undefined);
      await world.advance(6_000);
      await world.eventually(() =>
        [...world.brokers.values()].some((one) => one.controller.isActive),
      );
    }
    expect(world.logged('controller-failover-complete').length).toBeGreaterThan(1);
    expect(await stored()).toEqual(assigned([3, 4]));
    const { leader, isr } = (await world.state('t'))!;
    expect([3, 4]).toContain(leader);
    expect([...isr].sort()).toEqual([3, 4]);
    await world.advance(1_000);
    expect(world.broker(leader).told.get('t-0')).toMatchObject({ leader, replicas: [3, 4] });
    expect(await underWay()).toEqual([]);
  });
});
