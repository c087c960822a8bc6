import { runProgram } from '../../dev/run-program';
import { DrillTargetError } from './target-error';

const LIMIT_MS = 90_000;

/**
 * Runs a program to its end.
 *
 * @returns what it printed
 * @throws DrillTargetError when it fails
 */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await runProgram(program, args, {
    env: process.env,
    timeoutMs: LIMIT_MS,
  });
  if (code === 0) return output;
  throw new DrillTargetError(
    `${[program, ...args].join(' ')} ended with ${code}: ${output.trim() || 'it printed nothing'}.`,
    'Run it by hand to see what is wrong.',
  );
}
