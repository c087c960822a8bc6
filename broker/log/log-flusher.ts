import { CoalescingSaver } from './coalescing-saver';
import { errorCode } from './file-system';
import type { LogState } from './log-state';
import type { Segment } from './segment';

/**
 * Makes a log durable: fdatasync on the thread pool, one at a time, everybody who asks meanwhile
 * sharing the next one. The recovery point, below which recovery need not look, follows.
 */
export class LogFlusher {
  private point: number;
  /** How far the next run goes. */
  private target = 0;
  private since: number | undefined;
  private cuts = 0;
  private readonly saver = new CoalescingSaver(() => this.run());

  constructor(
    private readonly state: LogState,
    recoveryPoint: number,
  ) {
    this.point = recoveryPoint;
  }

  get recoveryPoint(): number {
    return this.point;
  }

  /** When the oldest unflushed bytes were written, by the monotonic clock; undefined if none. */
  get dirtySince(): number | undefined {
    return this.since;
  }

  noteWritten(): void {
    this.since ??= this.state.environment.clock.monotonic();
  }

  /** The log was cut at an offset, or starts anew there. */
  cut(offset: number, anew = false): void {
    this.cuts++;
    this.point = anew ? offset : Math.min(this.point, offset);
    this.target = Math.min(this.target, offset);
  }

  /** Resolves when everything below `upTo` is durable; rejects when the directory has failed. */
  async flush(upTo = this.state.fileEnd): Promise<void> {
    if (upTo <= this.point) return;
    this.target = Math.max(this.target, upTo);
    await this.saver.request();
  }

  /** Resolves when no flush is under way any more. */
  async idle(): Promise<void> {
    await this.saver.settled().catch(() => {});
  }

  private async run(): Promise<void> {
    const from = this.point;
    const to = Math.min(this.target, this.state.fileEnd);
    if (to <= from) return;
    const { cuts, since } = this;
    if (to === this.state.fileEnd) this.since = undefined;
    try {
      for (const segment of this.state.segments.between(from, to)) await this.sync(segment);
      await this.state.epochs.saved();
    } catch (error) {
      this.since = since;
      // What of it is on disk is unknown from here on, and nobody can find out.
      this.state.health.fail(error);
      throw error;
    }
    // After a cut the same offsets may stand for other bytes, of which nothing is known.
    if (this.cuts === cuts) this.point = to;
  }

  private async sync(segment: Segment): Promise<void> {
    const { environment, path: directory, segments } = this.state;
    const { files, fileSystem } = environment;
    if (segment.removed) return;
    // Indexes reach their files when the segment is closed, which is after its last queued batch.
    const closed = segment !== segments.active && segment.writtenBytes === segment.assignedBytes;
    const paths = closed ? segment.paths : [segment.path];
    if (!segment.nameDurable) {
      await fileSystem.syncDirectory(directory);
      segment.nameDurable = true;
    }
    for (const path of paths) {
      try {
        await files.pinned(path, (fd) => fileSystem.fdatasync(fd));
      } catch (error) {
        // Retention may have taken the segment; and an index can be built anew.
        const dispensable = segment.removed || path !== segment.path;
        if (!dispensable || errorCode(error) !== 'ENOENT') throw error;
      }
    }
  }
}
