import { awaitedTimeout, type Clock } from '../runtime/clock';

/** Waits for a promise, but not longer than that many milliseconds; Infinity for any time. */
export function within(promise: Promise<void>, ms: number, clock: Clock): Promise<void> {
  if (ms === Infinity) return promise;
  return new Promise((resolve, reject) => {
    const timer = awaitedTimeout(resolve, ms, clock);
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
