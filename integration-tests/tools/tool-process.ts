import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built tool that runs, started as a user does through its launcher. */
export class ToolProcess {
  stdout = '';
  stderr = '';
  readonly child: ChildProcessWithoutNullStreams;
  /** What it was like when it had ended. */
  readonly ended: Promise<Ran>;

  constructor(name: string, args: readonly string[]) {
    this.child = spawn(join(projectRoot(), 'bin', `${name}.sh`), args);
    this.child.stdout.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    // A tool that has ended early does not read its input.
    this.child.stdin.on('error', () => {});
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
    const orphan = (): void => void this.child.kill('SIGKILL');
    process.once('exit', orphan);
    this.child.once('close', () => process.removeListener('exit', orphan));
  }

  /** Resolves when stdout holds the text, or fails when the tool ends before that. */
  says(text: string): Promise<void> {
    return this.until('stdout', text);
  }

  /** The same for stderr. */
  notes(text: string): Promise<void> {
    return this.until('stderr', text);
  }

  private async until(stream: 'stdout' | 'stderr', text: string): Promise<void> {
    while (!this[stream].includes(text)) {
      const more = once(this.child[stream], 'data').then(() => true);
      const goesOn = await Promise.race([more, this.ended.then(() => false)]);
      if (!goesOn && !this[stream].includes(text)) {
        throw new Error(`It has ended without "${text}":\n${this.stdout}\n${this.stderr}`);
      }
    }
  }
}

/** Runs a tool to its end. */
export function runTool(
  name: string,
  args: readonly string[],
  input: string | Buffer = '',
): Promise<Ran> {
  const tool = new ToolProcess(name, args);
  tool.child.stdin.end(input);
  return tool.ended;
}
