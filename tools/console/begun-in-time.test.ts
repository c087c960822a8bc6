import { ManualClock } from '../../client/runtime/manual-clock';
import { begunInTime } from './begun-in-time';

const never = new Promise<void>(() => {});
const { signal } = new AbortController();

test('tells what is left of the time for the first record', async () => {
  const clock = new ManualClock();
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const left = begunInTime(begun, signal, 5000, clock);
  clock.advance(2000);
  begin();
  await expect(left).resolves.toBe(3000);
  await expect(begunInTime(Promise.resolve(), signal, undefined, clock)).resolves.toBe(Infinity);
});

test('ends when the time is over', async () => {
  const clock = new ManualClock();
  const left = begunInTime(never, signal, 5000, clock);
  clock.advance(5000);
  await expect(left).resolves.toBeUndefined();
});

test('ends at the signal', async () => {
  const abort = new AbortController();
  const left = begunInTime(never, abort.signal, 5000, new ManualClock());
  abort.abort();
  await expect(left).resolves.toBeUndefined();
  await expect(begunInTime(Promise.resolve(), abort.signal)).resolves.toBeUndefined();
});

test('what makes reading impossible is thrown', async () => {
  await expect(begunInTime(Promise.reject(new Error('no')), signal, 5000)).rejects.toThrow('no');
});
