import { ControlRequestType, LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import { ControllerWorld } from './controller-fixture';

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
