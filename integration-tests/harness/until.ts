import { delay } from '../../client/runtime/clock';

const BETWEEN_LOOKS_MS = 20;
/** Generous for a busy machine, and shorter than a test may take. */
const LIMIT_MS = 90_000;

/**
 * Looks again until it is so.
 *
 * @param otherwise what to say when the time is over
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string,
): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(otherwise());
    await delay(BETWEEN_LOOKS_MS);
  }
}
