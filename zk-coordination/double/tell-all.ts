/**
 * Calls every listener. What one of them throws is nobody else's trouble: it surfaces as an
 * uncaught exception of its own, which fails the test.
 */
export function tellAll<Args extends unknown[]>(
  listeners: Iterable<(...args: Args) => void>,
  ...args: Args
): void {
  for (const listener of [...listeners]) {
    try {
      listener(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
