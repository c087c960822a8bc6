import { LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { ControllerWorld } from './controller-fixture';

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
  await world.createTopic('clicks', [[2, 3], [2, 1], [3, 2], [2]]);
  await world.eventually(() => world.broker(1).metadata.get('clicks-3')?.leader === 2);
});
afterEach(() => world.close());

/** Broker 2 loses the disk with these partitions, and says so. */
async function loseDisk(...keys: readonly string[]): Promise<void> {
  const two = world.broker(2);
  for (const key of keys) two.failures.set(key, 'KAFKA_STORAGE_ERROR');
  await world.until(two.stores.logDirEvents.announce(2));
}

test('leaders move away from a disk that failed, those on others stay', async () => {
  await loseDisk('clicks-0', 'clicks-2');
  await world.eventually(() => world.broker(1).metadata.get('clicks-0')?.leader === 3);
  expect(await world.state('clicks', 0)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 1 });
  expect(await world.state('clicks', 1)).toMatchObject({ leader: 2, isr: [2, 1], leaderEpoch: 0 });
  expect(await world.state('clicks', 2)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 0 });
  expect(await world.until(world.anybody.stores.logDirEvents.list())).toEqual([]);
});

test('a partition with no other replica goes offline, and is back with a new disk', async () => {
  await loseDisk('clicks-3');
  await world.eventually(() => world.broker(1).metadata.get('clicks-3')?.leader === -1);
  expect(await world.state('clicks', 3)).toMatchObject({ leader: -1, isr: [2] });
  await world.stop(2);
  await world.add(2);
  await world.eventually(() => world.broker(1).metadata.get('clicks-3')?.leader === 2);
});

test('one that fails when it is told to lead counts as failed', async () => {
  world.broker(2).failures.set('views-0', 'KAFKA_STORAGE_ERROR');
  await world.createTopic('views', [[2, 3]]);
  await world.eventually(() => world.broker(1).metadata.get('views-0')?.leader === 3);
  expect(await world.state('views')).toMatchObject({ leader: 3, isr: [3] });
});

test('announced while there is no controller: the next one asks', async () => {
  const { sessionId } = world.broker(1).zk;
  world.ensemble.faults.disconnect(sessionId);
  await loseDisk('clicks-0');
  world.ensemble.faults.expire(sessionId);
  await world.eventually(() => world.broker(2).controller.isActive);
  await world.eventually(() => world.broker(3).metadata.get('clicks-0')?.leader === 3);
  await world.eventually(() => world.broker(2).askedFor(LeaderAndIsr).length > 0);
});
