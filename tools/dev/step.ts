import type { Clock } from '../../client/runtime/clock';
import { systemClock } from '../../client/runtime/clock';
import { colours } from '../cli/colours';
import type { Terminal } from '../cli/terminal';

/** One thing that `npm start` does. */
export interface Step<Context> {
  /** What is going on while it runs, e.g. `Starting ZooKeeper`. */
  readonly title: string;
  /** Does it. @returns what is true now, e.g. `ZooKeeper 3.8.0 is up on 127.0.0.1:2181` */
  run(context: Context): Promise<string>;
}

/**
 * Runs steps one after the other and tells each as one line: `✔ what is true now (0.4 s)`. On a
 * terminal the line says before that what is going on. The first step that fails ends it.
 */
export async function runSteps<Context>(
  steps: readonly Step<Context>[],
  context: Context,
  { stdout, env }: Pick<Terminal, 'stdout' | 'env'>,
  clock: Clock = systemClock,
): Promise<void> {
  const paint = colours(stdout, env);
  const clearLine = stdout.isTTY ? '\r\u001b[K' : '';
  for (const { title, run } of steps) {
    const began = clock.monotonic();
    const took = (): string => paint.dim(`(${((clock.monotonic() - began) / 1000).toFixed(1)} s)`);
    if (stdout.isTTY) stdout.write(`… ${title}`);
    try {
      const done = await run(context);
      stdout.write(`${clearLine}${paint.green('✔')} ${done} ${took()}\n`);
    } catch (error) {
      stdout.write(`${clearLine}${paint.red('✖')} ${title} ${took()}\n`);
      throw error;
    }
  }
}
