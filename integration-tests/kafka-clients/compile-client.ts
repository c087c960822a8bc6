import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clientProgram, runClient } from './run-client';

/** Of Debian's librdkafka-dev. */
const HEADER = '/usr/include/librdkafka/rdkafka.h';

/** Whether programs on librdkafka can be compiled here. */
export function hasLibrdkafka(): boolean {
  return clientProgram('gcc') !== null && existsSync(HEADER);
}

/**
 * Compiles a C program of this folder against the system's librdkafka.
 *
 * @param source its file name
 * @param directory for the program
 * @returns its path
 */
export async function compileClient(source: string, directory: string): Promise<string> {
  const program = join(directory, basename(source, '.c'));
  const options = ['-Wall', '-Wextra', '-Werror', '-O1'];
  await runClient('gcc', [...options, '-o', program, join(__dirname, source), '-lrdkafka']);
  return program;
}
