import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram } from './find-program';
import { runProgram } from './run-program';

/** Of Debian's librdkafka-dev. */
export const RDKAFKA_HEADER = '/usr/include/librdkafka/rdkafka.h';

/** Whether programs on librdkafka can be compiled here. */
export function hasLibrdkafka(env: NodeJS.ProcessEnv): boolean {
  return findProgram('gcc', env) !== null && existsSync(RDKAFKA_HEADER);
}

/**
 * Compiles a C program against the system's librdkafka.
 *
 * @param source path of its C file
 * @param directory for the program
 * @returns its path
 * @throws Error with what the compiler says
 */
export async function compileClient(source: string, directory: string): Promise<string> {
  const program = join(directory, basename(source, '.c'));
  const options = ['-Wall', '-Wextra', '-Werror', '-O2'];
  const args = [...options, '-o', program, source, '-lrdkafka'];
  const { code, output } = await runProgram('gcc', args, { env: process.env });
  if (code !== 0) throw new Error(`${source} does not compile:\n${output}`);
  return program;
}
