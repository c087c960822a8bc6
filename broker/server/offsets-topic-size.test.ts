import { assigned } from '../../zk-coordination';
import { offsetsTopicSize } from './offsets-topic-size';

let stored: { id: string; partitions: number } | undefined;
let told: { topicId: string } | undefined;
let isComplete: boolean;
let reads: number;
let size: () => Promise<number | undefined>;

beforeEach(() => {
  [stored, told, isComplete, reads] = [undefined, undefined, false, 0];
  const get = () => {
    reads++;
    if (!stored) return Promise.resolve(null);
    const { id: topicId, partitions } = stored;
    const all = Array.from({ length: partitions }, (_, at) => [at, assigned([1])] as const);
    return Promise.resolve({ topicId, partitions: new Map(all) } as never);
  };
  const metadata = {
    topic: () => told as never,
    get isComplete() {
      return isComplete;
    },
  };
  size = offsetsTopicSize({ get }, metadata);
});

it('is asked for until there is a topic, and then remembered', async () => {
  expect(await size()).toBeUndefined();
  stored = { id: 'a', partitions: 50 };
  expect([await size(), await size()]).toEqual([50, 50]);
  [told, isComplete] = [{ topicId: 'a' }, true];
  // Whoever adds partitions does not move groups.
  stored = { id: 'a', partitions: 60 };
  expect([await size(), reads]).toEqual([50, 2]);
});

it('is that of the topic there is, after one was deleted and made again', async () => {
  [stored, told, isComplete] = [{ id: 'a', partitions: 50 }, { topicId: 'a' }, true];
  expect(await size()).toBe(50);
  [stored, told] = [undefined, undefined];
  expect(await size()).toBeUndefined();
  stored = { id: 'b', partitions: 10 };
  expect(await size()).toBe(10);
  told = { topicId: 'b' };
  expect(await size()).toBe(10);
  [stored, told] = [{ id: 'c', partitions: 20 }, { topicId: 'c' }];
  expect(await size()).toBe(20);
});
