import { deferred, type Deferred } from '../../client/runtime/deferred';
import type { GroupCommit, GroupMember } from './group-commit';
import type { LogEnvironment } from './log-environment';
import type { BatchFacts, Segment } from './segment';
import { writeFully, writeFullyInBackground } from './write-fully';
import type { WritePace } from './write-pace';

/** Batches with offsets and a place in a segment, waiting to be written. */
export interface QueuedAppend {
  readonly segment: Segment;
  readonly position: number;
  readonly bytes: Buffer;
  readonly batches: readonly BatchFacts[];
  /** Log end after this append. */
  readonly nextOffset: number;
  readonly recordCount: number;
  /** See {@link AppendOptions}. */
  readonly awaitsFollowers: boolean;
}

/** What the log does with the outcome of a group. */
export interface AppendOutcome {
  /** The bytes are in the file. A promise returned is waited for before the group is acknowledged. */
  written(group: readonly QueuedAppend[]): Promise<void> | undefined;
  /** The group may be read and is about to be acknowledged. */
  acknowledged(group: readonly QueuedAppend[]): void;
  /**
   * The group could not be written, or not be flushed. Takes everything unacknowledged out of the
   * log; returns the error to reject it with.
   */
  failed(cause: unknown): Error;
}

/** Appends to consecutive places of one segment: one write. */
interface Run {
  readonly segment: Segment;
  readonly position: number;
  readonly buffers: Buffer[];
}

/**
 * The appends of one log on their way to the file. At most one group is being written; what arrives
 * meanwhile forms the next. All appends of a group share one promise.
 */
export class AppendQueue implements GroupMember {
  private queued: QueuedAppend[] = [];
  private result: Deferred<void> | undefined;
  /** The promise of the newest group; groups settle one after the other. */
  private newest: Promise<void> = Promise.resolve();
  private enlisted = false;
  private writing = false;
  /** The last group that waits for a flush; later groups are acknowledged after it. */
  private flushing: Promise<void> | undefined;
  private drained: Deferred<void> | undefined;

  constructor(
    private readonly environment: LogEnvironment,
    private readonly groups: GroupCommit,
    private readonly outcome: AppendOutcome,
  ) {}

  /** Queues an append. The promise settles with its group. */
  add(append: QueuedAppend): Promise<void> {
    this.queued.push(append);
    if (!this.result) {
      this.result = deferred();
      this.newest = this.result.promise;
      // Nobody may be listening (acks=0); the failure is reported through the directory as well.
      this.result.promise.catch(() => {});
    }
    if (!this.enlisted && !this.writing) this.enlist();
    if (append.awaitsFollowers) this.groups.streamed(append.bytes.length);
    return this.result.promise;
  }

  /** Whether everything queued has been settled. */
  get idle(): boolean {
    return this.queued.length === 0 && !this.writing && !this.flushing;
  }

  /** Settles as everything does that is queued now; resolved when nothing is. */
  get settled(): Promise<void> {
    return this.idle ? Promise.resolve() : this.newest;
  }

  /** Resolves when everything queued has been written and settled, for better or worse. */
  drain(): Promise<void> {
    if (this.idle) return Promise.resolve();
    this.drained ??= deferred();
    return this.drained.promise;
  }

  writeGroup(pace: WritePace): void {
    this.enlisted = false;
    if (this.writing || this.queued.length === 0) return;
    const group = this.queued;
    const result = this.result ?? deferred();
    this.queued = [];
    this.result = undefined;
    let bytes = 0;
    for (const append of group) bytes += append.bytes.length;

    this.writing = true;
    const started = this.environment.clock.monotonic();
    const done = (error: unknown) => {
      this.writing = false;
      pace.observe(this.environment.clock.monotonic() - started, bytes);
      if (error) this.fail(error, result);
      else this.settle(group, result);
      if (this.queued.length > 0 && !this.enlisted) this.enlist();
      this.checkDrained();
    };
    if (pace.inBackground(bytes)) this.writeInBackground(runsOf(group), done);
    else done(this.writeNow(runsOf(group)));
  }

  private enlist(): void {
    this.enlisted = true;
    this.groups.enlist(this);
  }

  private writeNow(runs: readonly Run[]): unknown {
    const { files, fileSystem } = this.environment;
    try {
      for (const { segment, position, buffers } of runs) {
        writeFully(fileSystem, files.use(segment.path), buffers, position);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private writeInBackground(runs: readonly Run[], done: (error: unknown) => void): void {
    const [run, ...rest] = runs;
    if (!run) return done(undefined);
    const { files, fileSystem } = this.environment;
    let file: { fd: number; unpin: () => void };
    try {
      file = files.pin(run.segment.path);
    } catch (error) {
      return done(error);
    }
    writeFullyInBackground(fileSystem, file.fd, run.buffers, run.position, (error) => {
      file.unpin();
      if (error) done(error);
      else this.writeInBackground(rest, done);
    });
  }

  private settle(group: readonly QueuedAppend[], result: Deferred<void>): void {
    let durable: Promise<void> | undefined;
    try {
      durable = this.outcome.written(group);
    } catch (error) {
      return this.fail(error, result);
    }
    if (!durable && !this.flushing) {
      this.outcome.acknowledged(group);
      result.resolve();
      return;
    }
    const settled = Promise.all([this.flushing, durable]).then(
      () => {
        this.outcome.acknowledged(group);
        result.resolve();
      },
      (error: unknown) => {
        this.fail(error, result);
        throw error;
      },
    );
    this.flushing = settled;
    const clear = () => {
      if (this.flushing === settled) this.flushing = undefined;
      this.checkDrained();
    };
    settled.then(clear, clear);
  }

  private fail(cause: unknown, result: Deferred<void>): void {
    const queued = this.result;
    this.queued = [];
    this.result = undefined;
    const error = this.outcome.failed(cause);
    result.reject(error);
    queued?.reject(error);
  }

  private checkDrained(): void {
    if (!this.idle) return;
    this.drained?.resolve();
    this.drained = undefined;
  }
}

function runsOf(group: readonly QueuedAppend[]): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const { segment, position, bytes } of group) {
    if (run?.segment !== segment) {
      run = { segment, position, buffers: [] };
      runs.push(run);
    }
    run.buffers.push(bytes);
  }
  return runs;
}
