import type { Clock, TimerHandle } from '../runtime/clock';
import { deferred } from '../runtime/deferred';

/** How long one is waited for before the next is tried beside it, in milliseconds. */
export const HEAD_START_MS = 500;

/**
 * Tries one after the other until one succeeds. The next has its turn when one has failed, or has
 * not come to an end for {@link HEAD_START_MS}: a machine that is gone answers nothing, not even
 * that it is gone (as RFC 8305 has it for addresses).
 *
 * @param onError told of each failure; what it throws ends the attempts
 * @returns undefined when all have failed
 */
export function firstToSucceed<T, R>(
  candidates: readonly T[],
  attempt: (candidate: T) => Promise<R>,
  clock: Clock,
  onError: (error: unknown) => void,
): Promise<R | undefined> {
  const outcome = deferred<R | undefined>();
  let next = 0;
  let running = 0;
  let isOver = false;
  let timer: TimerHandle;

  const end = (settle: () => void): void => {
    isOver = true;
    clock.clearTimeout(timer);
    settle();
  };
  const failed = (error: unknown): void => {
    running--;
    if (isOver) return;
    try {
      onError(error);
    } catch (final) {
      end(() => outcome.reject(final));
      return;
    }
    start();
  };
  const start = (): void => {
    clock.clearTimeout(timer);
    if (isOver) return;
    const candidate = candidates[next];
    if (candidate === undefined) {
      if (running === 0) end(() => outcome.resolve(undefined));
      return;
    }
    next++;
    running++;
    attempt(candidate).then((result) => {
      if (!isOver) end(() => outcome.resolve(result));
    }, failed);
    timer = clock.setTimeout(start, HEAD_START_MS);
  };
  start();
  return outcome.promise;
}
