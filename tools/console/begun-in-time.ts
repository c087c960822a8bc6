import { awaitedTimeout, systemClock, type Clock } from '../../client/runtime/clock';

/**
 * Waits until reading has begun, but no longer than no record may come: while no broker answers
 * there is none either.
 *
 * @param timeoutMs how long to wait for a record, counted from now; default for ever
 * @returns what is left of the timeout; undefined when it is over, or the signal came first
 */
export async function begunInTime(
  begun: Promise<void>,
  signal: AbortSignal,
  timeoutMs = Infinity,
  clock: Clock = systemClock,
): Promise<number | undefined> {
  if (signal.aborted) return undefined;
  const deadline = clock.monotonic() + timeoutMs;
  let stop = (): void => {};
  const ended = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
  signal.addEventListener('abort', stop);
  const timer = timeoutMs === Infinity ? undefined : awaitedTimeout(stop, timeoutMs, clock);
  try {
    const left = begun.then(() => Math.max(0, deadline - clock.monotonic()));
    return await Promise.race([left, ended]);
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
