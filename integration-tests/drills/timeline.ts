import { appendFileSync } from 'node:fs';
import { delay } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';

const LOOK_MS = 50;
const LIMIT_MS = 60_000;

/** What has happened in a drill and when, and waits that have an end. */
export class Timeline {
  private readonly began = performance.now();

  constructor(private readonly file: string) {}

  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  tell(what: string): void {
    const at = new Date().toISOString();
    appendFileSync(this.file, `${at} +${this.seconds.toFixed(3)} ${what}\n`);
  }

  /** Resolves when the condition holds; one that throws does not hold. */
  async until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    limitMs = LIMIT_MS,
  ): Promise<void> {
    const end = performance.now() + limitMs;
    for (let last: unknown; ;) {
      try {
        if (await within(condition(), end - performance.now())) return;
      } catch (error) {
        last = error;
      }
      if (performance.now() > end) {
        const because = last === undefined ? '' : ` Last: ${describeError(last)}`;
        throw new Error(`In ${limitMs} ms not reached: ${what}.${because}`);
      }
      await delay(LOOK_MS);
    }
  }
}

/** Rejects when it takes longer. */
export async function within<T>(work: T | Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), Math.max(limitMs, 1));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
