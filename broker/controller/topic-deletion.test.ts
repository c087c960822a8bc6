import { ErrorCode } from '../../client/protocol/error-codes';
import { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import { ControllerWorld } from './controller-fixture';

let world: ControllerWorld;
beforeEach(async () => {
  world = await ControllerWorld.start(1, 2, 3);
});
afterEach(() => world.close());

const deletions = () => world.anybody.stores.deletions;
const wish = async (topic: string, topicId: string | null = null) => {
  await world.until(deletions().mark(topic, topicId));
  await world.advance(200);
};
const topics = () => world.until(world.anybody.stores.topics.list());
const wishes = () => world.until(deletions().list());

it('a topic goes with its logs and its configs', async () => {
  await world.createTopic('t', [[1, 2]], { 'retention.ms': '1' });
  const { topicId } = (await world.until(world.anybody.stores.topics.get('t')))!;
  await wish('t', topicId);
  expect([await topics(), await wishes()]).toEqual([[], []]);
  expect(world.broker(1).deleted).toEqual(['t-0']);
  expect(world.broker(2).deleted).toEqual(['t-0']);
  expect(world.broker(3).metadata.has('t-0')).toBe(false);
  const entity = { type: 'topics', name: 't' } as const;
  expect(await world.until(world.anybody.stores.configs.get(entity))).toEqual({});
});

it('a wish for an earlier topic of the name is void', async () => {
  await world.createTopic('t', [[1, 2]]);
  await wish('t', 'AAAAAAAAAAAAAAAAAAAAAQ');
  expect([await topics(), await wishes()]).toEqual([['t'], []]);
  expect(world.broker(1).deleted).toEqual([]);
  expect(world.logged('topic-deletion-void')).toHaveLength(1);
});

it('a wish without a topic is void', async () => {
  await wish('t');
  expect(await wishes()).toEqual([]);
});

it('a topic that cannot be read can be deleted', async () => {
  await world.createTopic('t', [[1]]);
  await world.until(world.anybody.zk.create('/brokers/topics/bad', Buffer.from('?')));
  await wish('bad');
  expect([await topics(), await wishes()]).toEqual([['t'], []]);
});

it('a topic is deleted when the broker that was away is back, and not before', async () => {
  await world.createTopic('t', [[1, 3]]);
  await world.kill(3);
  await wish('t');
  expect([await topics(), world.broker(1).deleted]).toEqual([['t'], ['t-0']]);
  await world.add(3);
  await world.advance(200);
  expect([await topics(), world.broker(3).deleted]).toEqual([[], ['t-0']]);
});

it('a topic that moves is deleted when that is over, or cancelled', async () => {
  await world.createTopic('t', [[1, 2]]);
  const move = async (replicas: number[] | null) => {
    const request = { timeoutMs: 1_000, topics: [{ name: 't', partitions: [move0(replicas)] }] };
    const { responses } = await world.ask(AlterPartitionReassignments, request);
    await world.settle();
    return responses[0]?.partitions[0]?.errorCode;
  };
  const move0 = (replicas: number[] | null) => ({ partitionIndex: 0, replicas });
  expect(await move([2, 3])).toBe(ErrorCode.NONE);
  await wish('t');
  expect([await topics(), world.broker(1).deleted]).toEqual([['t'], []]);
  expect(await move([1])).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await move(null)).toBe(ErrorCode.NONE);
  await world.advance(200);
  expect([await topics(), await wishes()]).toEqual([[], []]);
  for (const id of [1, 2, 3]) expect(world.broker(id).deleted).toEqual(['t-0']);
});

it('a topic is deleted although controllers die at any write', async () => {
  for (let n = 1; n <= 3; n++) {
    const name = `t${n}`;
    await world.createTopic(name, [[1, 2]], { 'retention.ms': '1' });
    const { sessionId } = world.controller.zk;
    const asker = [...world.brokers.values()].find(({ zk }) => zk.sessionId !== sessionId)!;
    let writes = 0;
    world.ensemble.faults.dropNextReply((call) => {
      const isWrite = call.op === 'multi' || call.op === 'delete' || call.op === 'set';
      if (!isWrite || call.sessionId !== sessionId || ++writes < n) return false;
      queueMicrotask(() => world.ensemble.faults.expire(sessionId));
      return true;
    });
    await world.until(asker.stores.deletions.mark(name));
    await world.advance(2_000);
    expect(writes).toBeGreaterThanOrEqual(n);
    expect([await topics(), await wishes()]).toEqual([[], []]);
  }
});
