import { ErrorCode } from '../../client/protocol/error-codes';
import { AllocateProducerIds } from '../../client/protocol/messages/allocate-producer-ids';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { ElectionType, ElectLeaders } from '../../client/protocol/messages/elect-leaders';
import { paths } from '../../zk-coordination';
import { ControllerWorld } from './controller-fixture';

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
});
afterEach(() => world.close());

/** Broker 2 leads what it should not: broker 3, the preferred leader, was away for a while. */
async function leaderElsewhere(): Promise<void> {
  await world.kill(3);
  await world.createTopic('t', [
    [3, 2],
    [2, 1],
  ]);
  await world.add(3);
  expect(await world.state('t')).toMatchObject({ leader: 2, isr: [2] });
  await inSync(2, 3);
}

/** The leader says who is in sync. */
async function inSync(...isr: number[]): Promise<void> {
  const { leader, leaderEpoch, partitionEpoch } = (await world.state('t'))!;
  const { topicId } = (await world.until(world.anybody.stores.topics.get('t')))!;
  await world.ask(AlterPartition, {
    brokerId: leader,
    brokerEpoch: Number(world.broker(leader).epoch),
    topics: [
      {
        topicId: topicId!,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch,
            partitionEpoch,
            leaderRecoveryState: 0,
            newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: -1 })),
          },
        ],
      },
    ],
  });
  expect((await world.state('t'))?.isr).toEqual(isr);
}

const elect = async (
  topicPartitions: { topic: string; partitions: number[] }[] | null,
  electionType: number = ElectionType.PREFERRED,
) => {
  const request = { electionType, topicPartitions, timeoutMs: 1_000 };
  const { replicaElectionResults } = await world.ask(ElectLeaders, request);
  await world.settle();
  return replicaElectionResults.map(({ topic, partitionResult }) => [
    topic,
    ...partitionResult.map(({ partitionId, errorCode }) => [partitionId, errorCode]),
  ]);
};

describe('leaders', () => {
  beforeEach(leaderElsewhere);

  it('stay where they are when the type of election is unknown', async () => {
    await expect(elect(null, 7)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await world.state('t'))?.leader).toBe(2);
    expect(world.logged('controller-resigned')).toEqual([]);
  });

  it('go back when asked to', async () => {
    const all = [{ topic: 't', partitions: [0, 1, 9] }];
    expect(await elect(all)).toEqual([
      [
        't',
        [0, ErrorCode.NONE],
        [1, ErrorCode.ELECTION_NOT_NEEDED],
        [9, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ],
    ]);
    expect(await world.state('t')).toMatchObject({ leader: 3, isr: [2, 3] });
    expect(world.broker(3).told.get('t-0')).toMatchObject({ leader: 3 });
    expect(world.broker(3).metadata.get('t-0')).toMatchObject({ leader: 3 });
  });

  it('go back all together, and who is where it should be is not mentioned', async () => {
    expect(await elect(null)).toEqual([['t', [0, ErrorCode.NONE]]]);
    expect(await elect(null)).toEqual([]);
  });

  it('go back when an old tool asks', async () => {
    const wish = { version: 1, partitions: [{ topic: 't', partition: 0 }] };
    const { zk } = world.anybody;
    await world.until(zk.create(paths.preferredElection, Buffer.from(JSON.stringify(wish))));
    await world.eventually(() => world.broker(3).told.get('t-0')?.leader === 3);
    expect(await world.until(zk.exists(paths.preferredElection))).toBeNull();
  });

  it('go back by themselves', async () => {
    world.rebalance = true;
    await world.eventually(() => world.broker(3).told.get('t-0')?.leader === 3, 700_000);
    expect(await world.state('t')).toMatchObject({ leader: 3 });
  });

  it('stay when they are asked for uncleanly and live', async () => {
    const one = [{ topic: 't', partitions: [0] }];
    expect(await elect(one, ElectionType.UNCLEAN)).toEqual([
      ['t', [0, ErrorCode.ELECTION_NOT_NEEDED]],
    ]);
  });
});

it('an unclean election is held by hand although the topic does not allow it', async () => {
  await world.createTopic('t', [[3, 2]]);
  await inSync(3);
  await world.kill(3);
  expect(await world.state('t')).toMatchObject({ leader: -1, isr: [3] });
  const one = [{ topic: 't', partitions: [0] }];
  expect(await elect(one)).toEqual([['t', [0, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]]]);
  expect(await elect(one, ElectionType.UNCLEAN)).toEqual([['t', [0, ErrorCode.NONE]]]);
  expect(await world.state('t')).toMatchObject({
    leader: 2,
    isr: [2],
    leaderRecoveryState: 'recovering',
  });
});

it('brokers get blocks of producer ids, in their present life', async () => {
  const ask = (brokerId: number, brokerEpoch: bigint) =>
    world.ask(AllocateProducerIds, { brokerId, brokerEpoch: Number(brokerEpoch) });
  const { epoch } = world.broker(2);
  expect(await ask(2, epoch)).toEqual({ errorCode: 0, producerIdStart: 0, producerIdLen: 1_000 });
  expect(await ask(2, epoch)).toMatchObject({ producerIdStart: 1_000 });
  await expect(ask(2, epoch - 1n)).rejects.toMatchObject({ code: 'STALE_BROKER_EPOCH' });
  await expect(ask(9, 1n)).rejects.toMatchObject({ code: 'BROKER_ID_NOT_REGISTERED' });
});
