import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../../tools/cli/project-root';

/** What a member has told, as kafka-verifiable-consumer prints it. */
export interface MemberEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly name: string;
  readonly partitions?: readonly {
    readonly partition: number;
    readonly minOffset?: number;
    readonly maxOffset?: number;
  }[];
  /** With these, one record (`record_data`). */
  readonly partition?: number;
  readonly offset?: number;
  readonly value?: string;
  readonly offsets?: readonly { readonly partition: number; readonly offset: number }[];
  readonly success?: boolean;
}

/** When a member could no longer know what it owns, or could again; milliseconds since 1970. */
export type Blackout = { readonly from: number; until: number };

/** None outlives the drill. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A program that prints what it is told in the lines of kafka-verifiable-consumer. */
export interface MemberProgram {
  readonly program: string;
  readonly args: readonly string[];
}

/** Our own client as a member. */
export function verifiableConsumer(
  bootstrap: readonly string[],
  topic: string,
  group: string,
): MemberProgram {
  return {
    program: process.execPath,
    args: [
      join(projectRoot(), 'dist', 'tools', 'kafka-verifiable-consumer.js'),
      ...['--bootstrap-server', bootstrap.join(), '--topic', topic, '--group-id', group],
      ...['--session-timeout', '6000', '--reset-policy', 'earliest'],
    ],
  };
}

/** A member of a group in a process of its own, which commits what it has been given. */
export class GroupMember {
  readonly events: MemberEvent[] = [];
  /** What it has written to stderr. */
  readonly complaints: string[] = [];
  /** Times in which it stood still. */
  readonly pauses: Blackout[] = [];
  /** When it was killed; Infinity while it lives. */
  killedAt = Infinity;
  /** How it ended, if nobody had asked it to. */
  endedUnasked: string | undefined;
  private isAsked = false;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(
    readonly name: string,
    { program, args }: MemberProgram,
  ) {
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.child.stderr! }).on('line', (line) => this.complaints.push(line));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.events.push(JSON.parse(line) as MemberEvent);
    });
    this.ended = once(this.child, 'close');
    children.add(this.child);
    this.child.once('close', (code, signal) => {
      children.delete(this.child);
      if (!this.isAsked) this.endedUnasked = signal ?? `code ${code}`;
    });
  }

  get lives(): boolean {
    const { exitCode, signalCode } = this.child;
    return this.killedAt === Infinity && exitCode === null && signalCode === null;
  }

  get isPaused(): boolean {
    return this.pauses.at(-1)?.until === Infinity;
  }

  /** Whether it has been given partitions. */
  get hasJoined(): boolean {
    return this.events.some(({ name }) => name === 'partitions_assigned');
  }

  async kill(): Promise<void> {
    this.isAsked = true;
    this.child.kill('SIGKILL');
    await this.ended;
    this.killedAt = Date.now();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Leaves the group. */
  async stop(): Promise<void> {
    this.isAsked = true;
    this.child.kill('SIGTERM');
    await this.ended;
  }

  pause(): void {
    this.child.kill('SIGSTOP');
    this.pauses.push({ from: Date.now(), until: Infinity });
  }

  resume(): void {
    const pause = this.pauses.at(-1);
    if (pause) pause.until = Date.now();
    this.child.kill('SIGCONT');
  }
}
