import type { Clock } from '../../client/runtime/clock';

/** Settles as `promise` does, or rejects with what `late` makes when that takes too long. */
export function withTimeout<T>(
  promise: Promise<T>,
  timeoutMs: number,
  clock: Clock,
  late: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(late()), timeoutMs);
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
