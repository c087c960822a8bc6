import { ErrorCode } from '../../client/protocol/error-codes';
import { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { StopReplica } from '../../client/protocol/messages/stop-replica';
import { ControllerWorld } from './controller-fixture';

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
});
afterEach(() => world.close());

const shutDown = (id: number, brokerEpoch = Number(world.broker(id).epoch)) =>
  world.ask(ControlledShutdown, { brokerId: id, brokerEpoch });

const everywhere = (key: string, leader: number) => () =>
  [...world.brokers.values()].every(({ metadata }) => metadata.get(key)?.leader === leader);

test('others lead, and the broker leaves every ISR', async () => {
  await world.createTopic('clicks', [[2, 3, 1], [3, 2], [2]]);
  await world.eventually(everywhere('clicks-2', 2));
  expect(await shutDown(2)).toEqual({ errorCode: 0, remainingPartitions: [] });
  await world.eventually(everywhere('clicks-0', 3));
  expect(await world.state('clicks', 0)).toMatchObject({ leader: 3, isr: [3, 1], leaderEpoch: 1 });
  expect(await world.state('clicks', 1)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 0 });
  // Nobody else has it.
  expect(await world.state('clicks', 2)).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 0 });
  const two = world.broker(2);
  const stopped = () => two.askedFor(StopReplica).flatMap(({ partitions }) => partitions);
  await world.eventually(() => stopped().length === 2);
  expect(stopped()).toEqual(['clicks-0', 'clicks-1']);
  expect(two.deleted).toEqual([]);
});

test('what nobody else is in sync for stays, and moves when it is asked again', async () => {
  await world.createTopic('clicks', [[2, 3]]);
  await world.eventually(everywhere('clicks-0', 2));
  await world.kill(3);
  await world.eventually(() => world.broker(2).metadata.get('clicks-0')?.isr.length === 1);
  const remaining = [{ topicName: 'clicks', partitionIndex: 0 }];
  expect(await shutDown(2)).toEqual({ errorCode: 0, remainingPartitions: remaining });
  expect(await world.state('clicks')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 0 });
});

test('it gets nothing to lead until it is back', async () => {
  await shutDown(2);
  await world.createTopic('clicks', [[2, 3]]);
  await world.eventually(everywhere('clicks-0', 3));
  expect(await world.state('clicks')).toMatchObject({ leader: 3, isr: [3] });
  await world.stop(2);
  await world.add(2);
  await world.createTopic('views', [[2, 3]]);
  await world.eventually(everywhere('views-0', 2));
});

test('a broker that asks twice is answered twice', async () => {
  await world.createTopic('clicks', [[2, 3]]);
  await world.eventually(everywhere('clicks-0', 2));
  await shutDown(2);
  expect(await shutDown(2)).toEqual({ errorCode: 0, remainingPartitions: [] });
  expect(await world.state('clicks')).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 1 });
});

test('a broker of another life, and one that is not there, are refused', async () => {
  expect(await shutDown(2, 1)).toMatchObject({ errorCode: ErrorCode.STALE_BROKER_EPOCH });
  const nobody = { brokerId: 9, brokerEpoch: 1 };
  expect(await world.ask(ControlledShutdown, nobody)).toMatchObject({
    errorCode: ErrorCode.BROKER_NOT_AVAILABLE,
  });
  await world.createTopic('clicks', [[2, 3]]);
  await world.eventually(everywhere('clicks-0', 2));
});

test('a broker that is not in office says so', async () => {
  const idle = [...world.brokers.values()].find(({ controller }) => !controller.isActive)!;
  const request = { brokerId: 2, brokerEpoch: Number(world.broker(2).epoch) };
  await expect(idle.controller.handle(ControlledShutdown, request)).rejects.toMatchObject({
    code: 'NOT_CONTROLLER',
  });
});
