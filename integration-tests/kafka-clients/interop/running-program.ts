import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { processGuard } from '../../harness/process-guard';
import type { Check, InteropProgram } from './interop-client';

/** After this it hangs. In milliseconds. */
const LIMIT_MS = 300_000;

/** A client's program at one of its checks, and what it has printed. */
export class RunningProgram {
  readonly lines: string[] = [];
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<unknown>;
  private stderr = '';

  constructor({ program, args, env }: InteropProgram, servers: string, check: Check) {
    this.child = spawn(program, [...args, servers, check], {
      env: { ...process.env, ...env },
      timeout: LIMIT_MS,
    });
    processGuard.add(this.child);
    createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
    this.child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.child.stdin.on('error', () => undefined);
    this.ended = once(this.child, 'close');
    // Looked at by whoever waits for it.
    this.ended.catch(() => undefined);
  }

  get runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Tells it that it has gone on for long enough. */
  finish(): void {
    this.child.stdin.end('\n');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Resolves when it has ended well. @throws Error with its output when it has not */
  async result(): Promise<void> {
    await this.ended;
    const { exitCode, signalCode } = this.child;
    if (exitCode === 0) return;
    const shown = this.lines.filter((line) => !/^(delivered|read) /.test(line));
    throw new Error([`It ended with ${exitCode ?? signalCode}.`, ...shown, this.stderr].join('\n'));
  }
}
