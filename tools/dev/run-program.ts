import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Exit code; 127 when the program could not be started, 128 + n when a signal ended it. */
  readonly code: number;
  /** stdout and stderr, interleaved. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Gets every line as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the program after this many ms; default never. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end. Never rejects: a program that cannot be started ended with 127. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
    });
    let output = '';
    let line = '';
    const onText = (text: string): void => {
      output += text;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) options.onLine?.(each);
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.on('error', (error) => resolve({ code: 127, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, output }));
  });
}
