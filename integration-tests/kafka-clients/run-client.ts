import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from '../../tools/dev/find-program';
import { processGuard } from '../harness/process-guard';

/** A program that the machine may lack. `npm test` installs them where apt can. */
export function clientProgram(name: string): string | null {
  return findProgram(name, process.env);
}

export interface ClientInput {
  /** For its stdin. */
  readonly input?: string;
  /** Its stdin ends when this settles. Default at once. */
  readonly inputEnds?: Promise<unknown>;
  /** Told of everything it has written so far, whenever there is more. */
  readonly onOutput?: (stdout: string) => void;
}

/**
 * Runs a client to its end.
 *
 * @returns its stdout
 * @throws Error with its output when it fails
 */
export async function runClient(
  program: string,
  args: readonly string[],
  { input = '', inputEnds = Promise.resolve(), onOutput }: ClientInput = {},
): Promise<string> {
  const child = spawn(program, args);
  processGuard.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    onOutput?.(stdout);
  });
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  const endInput = (): void => void child.stdin.end();
  inputEnds.then(endInput, endInput);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}
