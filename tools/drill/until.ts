import { delay } from '../../client/runtime/clock';
import { describeError, KafkaClassicError } from '../../client/runtime/error';

const BETWEEN_LOOKS_MS = 100;
const LIMIT_MS = 180_000;

/** Something that a drill waited for did not come. */
export class DrillTimeoutError extends KafkaClassicError {
  constructor(what: string, limitMs: number, cause: unknown) {
    const why = cause === undefined ? '' : ` Last: ${describeError(cause)}`;
    super(`Waited ${limitMs / 1000} s for ${what}.${why}`, {
      code: 'DRILL_TIMED_OUT',
      retriable: false,
      advice: 'Look into the logs of the brokers; kafka-doctor compares what each of them says.',
      cause,
    });
  }
}

/**
 * Asks again until it is so; what fails meanwhile is asked again as well, since in a drill that may
 * be.
 *
 * @throws DrillTimeoutError; the signal's reason when it is aborted
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<void> {
  const end = performance.now() + limitMs;
  let failure: unknown;
  for (;;) {
    signal.throwIfAborted();
    try {
      if (await condition()) return;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) throw new DrillTimeoutError(what, limitMs, failure);
    await delay(BETWEEN_LOOKS_MS);
  }
}
