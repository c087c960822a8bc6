import { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { ControllerWorld, type FakeBroker } from './controller-fixture';

const WRITES = ['create', 'set', 'delete', 'multi'];

/** What goes wrong with a write of the controller. */
type Accident = 'reply lost' | 'request lost' | 'session over after it';

const ACCIDENTS: readonly Accident[] = ['reply lost', 'request lost', 'session over after it'];

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
});
afterEach(() => world.close());

/** Has the n-th write of a broker from now on go wrong. @returns whether it came to that */
function strike(broker: FakeBroker, accident: Accident, n: number): () => boolean {
  const { faults } = world.ensemble;
  const { sessionId } = broker.zk;
  let count = 0;
  let struck = false;
  const isIt = (request: { op: string; sessionId: bigint }): boolean => {
    if (request.sessionId !== sessionId || !WRITES.includes(request.op)) return false;
    if (count++ !== n) return false;
    struck = true;
    if (accident === 'session over after it') queueMicrotask(() => faults.expire(sessionId));
    return true;
  };
  if (accident === 'request lost') faults.dropNextRequest(isIt);
  else faults.dropNextReply(isIt);
  return () => struck;
}

/** Every partition has a live leader from its ISR, and all brokers agree with ZooKeeper. */
async function expectAllLed(topic: string, partitions: number): Promise<void> {
  const up = [...world.brokers.values()].filter(({ link }) => link === 'up');
  for (let partition = 0; partition < partitions; partition++) {
    const key = `${topic}-${partition}`;
    const isUp = (id: number) => up.some((broker) => broker.id === id);
    const told = (): boolean =>
      up.every(({ metadata }) => isUp(metadata.get(key)?.leader ?? -1)) &&
      new Set(up.map(({ metadata }) => metadata.get(key)?.leader)).size === 1;
    await world.eventually(told);
    const state = await world.state(topic, partition);
    expect(state).not.toBeNull();
    expect(state!.isr).toContain(state!.leader);
    expect(up.map(({ metadata }) => metadata.get(key)?.leader)).toContain(state!.leader);
    await world.eventually(() => {
      const leader = world.broker(state!.leader);
      return leader.told.get(key)?.leaderEpoch === state!.leaderEpoch;
    });
  }
}

const SPREAD = [
  [2, 3, 1],
  [3, 2, 1],
  [2, 1, 3],
];

describe.each(ACCIDENTS)('a write of the controller goes wrong: %s', (accident) => {
  test.each([0, 1, 2])('a topic is created all the same (write %i)', async (n) => {
    strike(world.controller, accident, n);
    await world.createTopic('clicks', SPREAD);
    await expectAllLed('clicks', SPREAD.length);
  });

  test.each([0, 1, 2])('leaders are elected all the same (write %i)', async (n) => {
    await world.createTopic('clicks', SPREAD);
    await expectAllLed('clicks', SPREAD.length);
    strike(world.controller, accident, n);
    await world.kill(2);
    await expectAllLed('clicks', SPREAD.length);
    for (let partition = 0; partition < SPREAD.length; partition++) {
      const state = await world.state('clicks', partition);
      expect(state?.isr).not.toContain(2);
    }
  });

  test.each([0, 1, 2])('a successor takes office all the same (write %i)', async (n) => {
    await world.createTopic('clicks', SPREAD);
    await expectAllLed('clicks', SPREAD.length);
    await world.kill(2);
    await expectAllLed('clicks', SPREAD.length);
    strike(world.broker(3), accident, n);
    await world.kill(1);
    await expectAllLed('clicks', SPREAD.length);
  });

  test.each([0, 1, 2, 3, 4])('a topic is deleted all the same (write %i)', async (n) => {
    await world.createTopic('clicks', SPREAD);
    await expectAllLed('clicks', SPREAD.length);
    strike(world.controller, accident, n);
    const { deletions, topics } = world.anybody.stores;
    await world.until(deletions.mark('clicks'));
    await world.eventually(() => world.broker(2).deleted.length > 0);
    await world.eventually(() =>
      [...world.brokers.values()].every(({ metadata }) => metadata.size === 0),
    );
    expect(await world.until(topics.get('clicks'))).toBeNull();
    expect(await world.until(deletions.list())).toEqual([]);
    for (const { deleted } of world.brokers.values()) {
      expect(new Set(deleted)).toEqual(new Set(['clicks-0', 'clicks-1', 'clicks-2']));
    }
    await world.createTopic('clicks', SPREAD);
    await expectAllLed('clicks', SPREAD.length);
  });
});

test('the accidents above do happen', async () => {
  const happened = strike(world.controller, 'reply lost', 1);
  await world.createTopic('clicks', SPREAD);
  await expectAllLed('clicks', SPREAD.length);
  expect(happened()).toBe(true);
});

test('nothing of an old term is done in the next session', async () => {
  const one = world.broker(1);
  const { sessionId } = one.zk;
  // Events pile up behind a write that gets no answer; then the session is over.
  world.ensemble.faults.blackHole(sessionId);
  await world.createTopic('clicks', SPREAD);
  world.ensemble.faults.expire(sessionId);
  world.ensemble.faults.reconnect(sessionId);
  await expectAllLed('clicks', SPREAD.length);
  const [, ...later] = world.logged('controller-elected');
  expect(later).toHaveLength(1);
  expect(world.logged('controller-event-failed')).toEqual([]);
  expect(await world.state('clicks')).toMatchObject({ controllerEpoch: 2 });
});

test('an ensemble without a quorum for long is not an error of the controller', async () => {
  await world.createTopic('clicks', SPREAD);
  await expectAllLed('clicks', SPREAD.length);
  const { faults } = world.ensemble;
  const { controller } = world.broker(1);
  faults.loseQuorum();
  await world.advance(1000);
  const refused = controller.handle(ControlledShutdown, {
    brokerId: 2,
    brokerEpoch: Number(world.broker(2).epoch),
  });
  refused.catch(() => {});
  await world.advance(60_000);
  faults.regainQuorum();
  await expectAllLed('clicks', SPREAD.length);
  await expect(refused).rejects.toMatchObject({ code: 'NOT_CONTROLLER' });
  expect(world.logged('controller-without-zookeeper')).toHaveLength(1);
  expect(world.logged('controller-event-failed')).toEqual([]);
});

test('requests that wait when the office is lost are refused', async () => {
  const one = world.broker(1);
  await world.createTopic('clicks', SPREAD);
  await expectAllLed('clicks', SPREAD.length);
  const ask = (broker: FakeBroker) =>
    one.controller.handle(ControlledShutdown, {
      brokerId: broker.id,
      brokerEpoch: Number(broker.epoch),
    });
  world.ensemble.faults.disconnect(one.zk.sessionId);
  // The first is in hand and waits for ZooKeeper, the second waits in the queue.
  const answers = Promise.allSettled([ask(world.broker(2)), ask(world.broker(3))]);
  await world.settle();
  expect(one.controller.figures.eventQueueSize).toBe(1);
  world.ensemble.faults.expire(one.zk.sessionId);
  world.ensemble.faults.reconnect(one.zk.sessionId);
  const results = await world.until(answers);
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'NOT_CONTROLLER' } });
  }
  await expect(ask(world.broker(2))).rejects.toMatchObject({ code: 'NOT_CONTROLLER' });
});
