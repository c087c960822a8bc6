import { awaitedTimeout, type Clock } from './clock';

/**
 * The promise's outcome, or an error when it takes longer than that many milliseconds; what becomes
 * of the promise then is of no interest.
 */
export function inTime<T>(
  promise: Promise<T>,
  ms: number,
  clock: Clock,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = awaitedTimeout(() => reject(late()), ms, clock);
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
