/** A pending timer; opaque, only good for {@link Clock.clearTimeout}. */
export type TimerHandle = unknown;

/**
 * Time, as everything in this project sees it. Injected, so that tests and the simulator
 * decide what time it is.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. May jump; only for timestamps people see. */
  now(): number;
  /** Monotonic milliseconds from an arbitrary start. For every timeout, lease and measurement. */
  monotonic(): number;
  /** Waits longer than about 24 days may end early, after that time. */
  setTimeout(callback: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

/** Node's timers hold their milliseconds in an int32 and fire at once when it overflows. */
const LONGEST_TIMEOUT_MS = 0x7fff_ffff;

/**
 * The machine's own clock. Its timers do not keep the process alive: a process lives because of
 * its sockets or because somebody awaits it, never because of a housekeeping timer.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS)).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/**
 * A timer that keeps the process alive when the clock is the system's: somebody waits for what it
 * ends, and there may be no connection left that would do it.
 */
export function awaitedTimeout(callback: () => void, ms: number, clock: Clock): TimerHandle {
  const handle = clock.setTimeout(callback, ms);
  (handle as Partial<NodeJS.Timeout>).ref?.();
  return handle;
}

/** Waits on the given clock, and keeps the process alive meanwhile. */
export function delay(ms: number, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve) => void awaitedTimeout(resolve, ms, clock));
}
