import { deferred, type Deferred } from '../runtime/deferred';
import { ManualClock } from '../runtime/manual-clock';
import { firstToSucceed, HEAD_START_MS } from './staggered';

const clock = new ManualClock();
let attempts: Map<string, Deferred<string>>;
let errors: unknown[];

function begin(...candidates: string[]): Promise<string | undefined> {
  attempts = new Map();
  errors = [];
  const attempt = (candidate: string): Promise<string> => {
    const outcome = deferred<string>();
    attempts.set(candidate, outcome);
    return outcome.promise;
  };
  return firstToSucceed(candidates, attempt, clock, (error) => {
    if (error === 'final') throw new Error('over');
    errors.push(error);
  });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const tried = () => [...attempts.keys()];

test('one that succeeds at once is the only one that is tried', async () => {
  const found = begin('a', 'b');
  attempts.get('a')?.resolve('A');
  expect(await found).toBe('A');
  clock.advance(HEAD_START_MS);
  expect(tried()).toEqual(['a']);
});

test('the next has its turn when one has failed', async () => {
  const found = begin('a', 'b');
  attempts.get('a')?.reject('refused');
  await settled();
  expect(tried()).toEqual(['a', 'b']);
  attempts.get('b')?.resolve('B');
  expect(await found).toBe('B');
  expect(errors).toEqual(['refused']);
});

test('or when one takes long, and whichever comes first is taken', async () => {
  const found = begin('a', 'b', 'c');
  clock.advance(HEAD_START_MS);
  expect(tried()).toEqual(['a', 'b']);
  attempts.get('b')?.resolve('B');
  expect(await found).toBe('B');
  attempts.get('a')?.reject('too late to matter');
  await settled();
  expect(errors).toEqual([]);
  expect(tried()).toEqual(['a', 'b']);
});

test('the first may still win', async () => {
  const found = begin('a', 'b');
  clock.advance(HEAD_START_MS);
  attempts.get('a')?.resolve('A');
  expect(await found).toBe('A');
});

test('nothing is found when all have failed, however late', async () => {
  const found = begin('a', 'b');
  clock.advance(10 * HEAD_START_MS);
  attempts.get('b')?.reject(1);
  await settled();
  attempts.get('a')?.reject(2);
  expect(await found).toBeUndefined();
  expect(errors).toEqual([1, 2]);
  expect(await begin()).toBeUndefined();
});

test('some failures end it', async () => {
  const found = begin('a', 'b');
  attempts.get('a')?.reject('final');
  await expect(found).rejects.toThrow('over');
  expect(tried()).toEqual(['a']);
});
