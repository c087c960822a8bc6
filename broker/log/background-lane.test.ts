import { deferred, type Deferred } from '../../client/runtime/deferred';
import { BackgroundLane } from './background-lane';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('so much at a time, in the order of coming', async () => {
  const lane = new BackgroundLane(2);
  const begun: string[] = [];
  const ends = new Map<string, Deferred<void>>();
  for (const name of ['a', 'b', 'c', 'd']) {
    const end = deferred();
    ends.set(name, end);
    lane.add(() => {
      begun.push(name);
      return end.promise;
    });
  }
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.resolve();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  ends.get('a')?.resolve();
  ends.get('c')?.resolve();
  ends.get('d')?.resolve();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  lane.add(async () => void begun.push('e'));
  expect(begun.at(-1)).toBe('e');
});
