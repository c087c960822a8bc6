import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../../tools/dev/run-program';

/** Where the suite comes from unless one says otherwise. */
export const DEFAULT_SOURCE = 'https://github.com/tulios/kafkajs.git';
export const DEFAULT_TAG = 'v2.2.4';

/** Generous: the suite brings almost a thousand packages. */
const LIMIT_MS = 900_000;

/** The suite cannot be had: no network, no such repository or tag, no git. */
export class SuiteUnavailableError extends Error {}

/**
 * Brings KafkaJS's sources with its tests, and what its tests need, into a directory. What an
 * earlier run has brought is used again.
 *
 * @param source anything git can clone: an address, or the path of a repository
 * @returns the commit
 * @throws SuiteUnavailableError
 */
export async function fetchSuite(source: string, tag: string, directory: string): Promise<string> {
  if (!existsSync(join(directory, '.git'))) {
    await must('git', ['clone', '--quiet', '--branch', tag, source, directory]);
  }
  if (!existsSync(join(directory, 'node_modules'))) {
    const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
    await must('npm', ['install', ...quietly], directory);
  }
  // What an earlier run has adapted, and what npm has touched.
  await must('git', ['checkout', '--quiet', '--force', tag], directory);
  return (await must('git', ['rev-parse', 'HEAD'], directory)).trim();
}

async function must(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { code, output } = await runProgram(program, args, {
    timeoutMs: LIMIT_MS,
    ...(cwd !== undefined && { cwd }),
  });
  if (code === 0) return output;
  throw new SuiteUnavailableError(`${program} ${args.join(' ')} ended with ${code}: ${output}`);
}
