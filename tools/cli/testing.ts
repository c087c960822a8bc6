import { PassThrough, Writable } from 'node:stream';
import type { CommandDefinition } from './command';
import { executeCommand } from './command';
import type { Terminal, TerminalStream } from './terminal';

/** A stream that remembers what was written to it. */
export class RecordingStream extends Writable {
  text = '';
  constructor(
    readonly isTTY = false,
    readonly columns = 100,
  ) {
    super({ decodeStrings: false });
  }
  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface RanCommand {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** For unit tests: runs a tool in this process, with these words and this input. */
export async function ranCommand<Options>(
  definition: CommandDefinition<Options>,
  argv: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RanCommand> {
  const stdout = new RecordingStream();
  const stderr = new RecordingStream();
  const stdin = new PassThrough();
  stdin.end(input);
  const terminal: Terminal = { stdin, stdout, stderr, env };
  const code = await executeCommand(definition, argv, terminal);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

export function recordingStream(isTTY = false): RecordingStream & TerminalStream {
  return new RecordingStream(isTTY);
}
