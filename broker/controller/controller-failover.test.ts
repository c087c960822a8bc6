import { ControlRequestType, LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import { assigned, FencedWriter, randomKafkaUuid } from '../../zk-coordination';
import { ControllerWorld } from './controller-fixture';
import type { ControllerTerm } from './controller-term';

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
});
afterEach(() => world.close());

const everywhere = (key: string, leader: number) => () =>
  [...world.brokers.values()]
    .filter(({ link }) => link === 'up')
    .every(({ metadata }) => metadata.get(key)?.leader === leader);

test('new topics get leaders, and every broker hears of it', async () => {
  expect(world.controller.id).toBe(1);
  await world.createTopic('clicks', [
    [1, 2],
    [2, 3],
    [3, 1],
  ]);
  await world.eventually(everywhere('clicks-2', 3));
  expect(await world.state('clicks', 1)).toMatchObject({
    leader: 2,
    leaderEpoch: 0,
    isr: [2, 3],
    partitionEpoch: 0,
    controllerEpoch: 1,
  });
  const two = world.broker(2);
  expect([...two.told.keys()].sort()).toEqual(['clicks-0', 'clicks-1']);
  expect(two.told.get('clicks-0')).toMatchObject({ leader: 1, isNew: true, isr: [1, 2] });
  expect([...two.metadata.keys()].sort()).toEqual(['clicks-0', 'clicks-1', 'clicks-2']);
});

test('each broker is told everything first, and then what changes', async () => {
  await world.createTopic('clicks', [[1, 2, 3]]);
  await world.eventually(everywhere('clicks-0', 1));
  for (const broker of world.brokers.values()) {
    const types = (api: typeof LeaderAndIsr | typeof UpdateMetadata) =>
      broker.askedFor(api).map(({ type }) => type);
    expect(types(LeaderAndIsr)).toEqual([ControlRequestType.FULL, ControlRequestType.INCREMENTAL]);
    expect(types(UpdateMetadata)[0]).toBe(ControlRequestType.FULL);
    expect(types(UpdateMetadata).slice(1)).not.toContain(ControlRequestType.FULL);
  }
});

test('an office that is taken away is given up, and somebody else is elected', async () => {
  for (let round = 1; round <= 4; round++) {
    const former = world.controller;
    await world.until(world.anybody.zk.delete('/controller', -1));
    await world.eventually(() => !former.controller.isActive);
    await world.eventually(
      () =>
        [...world.brokers.values()].filter(({ controller }) => controller.isActive).length === 1,
    );
    expect(world.controller.id).not.toBe(former.id);
  }
  await world.createTopic('clicks', [[1, 2, 3]]);
  await world.eventually(everywhere('clicks-0', 1));
});

test('a broker that believes in a controller nobody elected does not cost the office', async () => {
  const { controller } = world;
  world.broker(2).hearOfController(1_000);
  await world.createTopic('clicks', [[1, 3]]);
  await world.eventually(() => world.logged('broker-ahead-of-controller').length === 1);
  await world.createTopic('views', [[3, 1]]);
  await world.eventually(() => world.broker(3).metadata.get('views-0')?.leader === 3);
  expect([world.controller.id, controller.controller.isActive]).toEqual([controller.id, true]);
  expect(world.logged('controller-elected')).toHaveLength(1);
});

test('a leader dies: another replica in sync leads, in one write', async () => {
  await world.createTopic('clicks', [[2, 3, 1]]);
  await world.eventually(everywhere('clicks-0', 2));
  await world.kill(2);
  await world.eventually(everywhere('clicks-0', 3));
  expect(await world.state('clicks')).toMatchObject({
    leader: 3,
    leaderEpoch: 1,
    isr: [3, 1],
    partitionEpoch: 1,
  });
  await world.eventually(() => world.broker(3).told.get('clicks-0')?.leaderEpoch === 1);
  expect(world.broker(1).told.get('clicks-0')).toMatchObject({ leader: 3, isNew: false });
  expect(world.logged('broker-left')).toMatchObject([{ by: 1, broker: 2 }]);
});

test('a broker that comes back follows again, and is in the ISR when its leader says so', async () => {
  await world.createTopic('clicks', [[2, 3, 1]]);
  await world.eventually(everywhere('clicks-0', 2));
  await world.kill(2);
  await world.eventually(everywhere('clicks-0', 3));
  await world.add(2);
  await world.eventually(() => world.broker(2).told.has('clicks-0'));
  expect(world.broker(2).told.get('clicks-0')).toMatchObject({ leader: 3, isr: [3, 1] });
  expect(world.broker(2).metadata.get('clicks-0')).toMatchObject({ leader: 3 });
  const three = world.broker(3);
  const answer = await world.ask(AlterPartition, {
    brokerId: 3,
    brokerEpoch: Number(three.epoch),
    topics: [
      {
        topicId: three.metadata.get('clicks-0')!.topicId,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: 1,
            partitionEpoch: 1,
            newIsrWithEpochs: [3, 1, 2].map((brokerId) => ({
              brokerId,
              brokerEpoch: Number(world.broker(brokerId).epoch),
            })),
          },
        ],
      },
    ],
  });
  expect(answer.topics[0]?.partitions[0]).toEqual({
    partitionIndex: 0,
    errorCode: 0,
    leaderId: 3,
    leaderEpoch: 1,
    isr: [3, 1, 2],
    leaderRecoveryState: 0,
    partitionEpoch: 2,
  });
  expect(await world.state('clicks')).toMatchObject({ isr: [3, 1, 2], partitionEpoch: 2 });
  await world.eventually(() => world.broker(1).metadata.get('clicks-0')?.isr.length === 3);
});

test('a broker is restarted faster than anybody could notice: it is failed, then started', async () => {
  await world.createTopic('clicks', [
    [2, 3],
    [3, 2],
    [2, 3],
  ]);
  await world.eventually(everywhere('clicks-0', 2));
  const controllers = world.controller.zk.sessionId;
  world.ensemble.faults.pauseEvents(controllers);
  await world.kill(2);
  await world.add(2);
  world.ensemble.faults.resumeEvents(controllers);
  await world.eventually(everywhere('clicks-0', 3));
  expect(await world.state('clicks', 0)).toMatchObject({ leader: 3, leaderEpoch: 1, isr: [3] });
  expect(await world.state('clicks', 1)).toMatchObject({ leader: 3, leaderEpoch: 0, isr: [3] });
  await world.eventually(() => world.broker(2).told.get('clicks-0')?.leaderEpoch === 1);
  expect(world.broker(2).told.get('clicks-0')).toMatchObject({ leader: 3 });
  expect(world.logged('broker-bounced')).toHaveLength(1);
});

test('all replicas die and one out of sync returns: no leader until one in sync is back', async () => {
  await world.createTopic('clicks', [[2, 3]]);
  await world.eventually(everywhere('clicks-0', 2));
  await world.kill(3);
  await world.eventually(() => world.broker(1).metadata.get('clicks-0')?.isr.length === 1);
  await world.kill(2);
  await world.eventually(everywhere('clicks-0', -1));
  expect(await world.state('clicks')).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1 });
  expect(world.controller.controller.figures.offlinePartitionsCount).toBe(1);
  await world.add(3);
  await world.eventually(() => world.broker(3).told.has('clicks-0'));
  expect(await world.state('clicks')).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1 });
  expect(world.broker(3).told.get('clicks-0')).toMatchObject({ leader: -1 });
  await world.add(2);
  await world.eventually(everywhere('clicks-0', 2));
  expect(await world.state('clicks')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 2 });
  expect(world.controller.controller.figures.offlinePartitionsCount).toBe(0);
});

test('where records may be lost, the one out of sync leads, and has to recover', async () => {
  await world.createTopic('clicks', [[2, 3]], { 'unclean.leader.election.enable': 'false' });
  await world.createTopic('views', [[2, 3]], { 'unclean.leader.election.enable': 'true' });
  await world.eventually(everywhere('views-0', 2));
  await world.kill(3);
  await world.eventually(() => world.broker(1).metadata.get('views-0')?.isr.length === 1);
  await world.kill(2);
  await world.eventually(everywhere('views-0', -1));
  await world.add(3);
  await world.eventually(everywhere('views-0', 3));
  expect(await world.state('views')).toMatchObject({
    isr: [3],
    leaderRecoveryState: 'recovering',
  });
  expect(await world.state('clicks')).toMatchObject({ leader: -1 });
  const { configs } = world.anybody.stores;
  await world.until(
    configs.alter({ type: 'topics', name: 'clicks' }, () => ({
      'unclean.leader.election.enable': 'true',
    })),
  );
  world.controller.controller.uncleanElectionChanged('clicks');
  await world.eventually(everywhere('clicks-0', 3));
});

test('the controller dies: a successor goes on with all that was under way', async () => {
  await world.createTopic('clicks', [[1, 2, 3]]);
  await world.eventually(everywhere('clicks-0', 1));
  world.broker(1).link = 'down';
  await world.createTopic('unseen', [[3, 1]]);
  await world.kill(1);
  const { topics, deletions } = world.anybody.stores;
  await world.until(
    topics.create('stateless', {
      topicId: randomKafkaUuid(),
      partitions: new Map([[0, assigned([2, 3])]]),
    }),
  );
  await world.until(deletions.mark('unseen'));
  await world.eventually(() => world.broker(2).controller.isActive);
  await world.eventually(everywhere('clicks-0', 2));
  await world.eventually(everywhere('stateless-0', 2));
  expect(await world.state('clicks')).toMatchObject({
    leader: 2,
    isr: [2, 3],
    leaderEpoch: 1,
    controllerEpoch: 2,
  });
  // Broker 1 may still hold the topic that is to be deleted.
  await world.eventually(() => world.broker(3).deleted.includes('unseen-0'));
  expect(await world.until(topics.get('unseen'))).not.toBeNull();
  await world.add(1);
  await world.eventually(() => world.broker(1).deleted.includes('unseen-0'));
  await world.eventually(() => world.logged('topic-deleted').length === 1);
  expect(await world.until(topics.get('unseen'))).toBeNull();
  expect(await world.until(deletions.list())).toEqual([]);
  for (const { metadata } of world.brokers.values()) expect(metadata.has('unseen-0')).toBe(false);
});

test('a successor gives a new epoch to what a restarted broker led', async () => {
  await world.createTopic('clicks', [[1], [1, 2], [2, 1]]);
  await world.eventually(everywhere('clicks-2', 2));
  const epochs = () => Promise.all([0, 1, 2].map((partition) => world.state('clicks', partition)));
  await world.kill(2);
  await world.kill(3);
  await world.kill(1);
  await world.add(1);
  await world.eventually(everywhere('clicks-1', 1));
  expect(await epochs()).toMatchObject([
    { leader: 1, isr: [1], leaderEpoch: 1 },
    { leader: 1, isr: [1] },
    { leader: 1, isr: [1] },
  ]);
});

describe('a controller that does not know it was replaced', () => {
  test('changes nothing, and resigns when it finds out', async () => {
    await world.createTopic('clicks', [[2, 3]]);
    await world.eventually(everywhere('clicks-0', 2));
    const zombie = world.broker(1);
    const before = await world.state('clicks');
    // It hangs while its session expires; then it goes on with an event it had in hand.
    const { sessionId } = zombie.zk;
    const term = (zombie.controller as unknown as { term: ControllerTerm }).term;
    world.ensemble.faults.blackHole(sessionId);
    world.ensemble.faults.expire(sessionId);
    await world.eventually(() => world.broker(2).controller.isActive);
    await world.eventually(() => world.broker(3).metadata.get('clicks-0')?.leader === 2);
    await world.until(world.anybody.stores.states.get({ topic: 'clicks', partition: 0 }));
    // The write of the old term through a live session is what a delayed request would be.
    const writer = new FencedWriter(world.broker(2).zk, term.office.fence);
    await expect(
      world.until(
        world.anybody.stores.states.updateMany(
          [
            {
              topic: 'clicks',
              partition: 0,
              state: { ...before!, leader: 3 },
              expected: before!.partitionEpoch,
            },
          ],
          writer,
        ),
      ),
    ).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
    expect(
      await world.until(world.anybody.stores.states.get({ topic: 'clicks', partition: 0 })),
    ).toEqual(before);
    world.ensemble.faults.reconnect(sessionId);
    await world.eventually(() => !zombie.controller.isActive);
    await world.eventually(() => zombie.controllerId === 2);
    expect(term.isOver).toBe(true);
  });

  test('its requests are refused by whoever knows the successor, and it gives up', async () => {
    const { zk } = world.broker(2);
    // Somebody else's election raises the epoch behind its back.
    const node = await world.until(zk.get('/controller_epoch'));
    await world.until(zk.set('/controller_epoch', Buffer.from('2'), node.stat.version));
    await world.createTopic('clicks', [[2, 3]]);
    await world.eventually(() => world.logged('controller-fenced').length > 0);
    await world.eventually(everywhere('clicks-0', 2));
    expect(await world.state('clicks')).toMatchObject({ controllerEpoch: 3 });
  });
});
