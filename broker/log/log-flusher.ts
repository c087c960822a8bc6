import { CoalescingSaver } from './coalescing-saver';
import type { LogEnvironment } from './log-environment';
import type { Segment } from './segment';
import { errorCode } from './file-system';

/** What flushing needs to know of its log. */
export interface FlushSource {
  readonly directory: string;
  /** End of what is in the files. */
  readonly fileEndOffset: number;
  /** Segments with something between two offsets, oldest first. */
  segmentsBetween(from: number, to: number): readonly Segment[];
  readonly activeSegment: Segment;
  /** Resolves when the leader epochs of everything in the files are on disk. */
  epochsSaved(): Promise<void>;
  /** The disk refused to make data durable. Its state is unknown from here on. */
  flushFailed(error: unknown): void;
}

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
    private readonly environment: LogEnvironment,
    private readonly source: FlushSource,
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
    this.since ??= this.environment.clock.monotonic();
  }

  /** The log was cut at an offset, or starts anew there. */
  cut(offset: number, anew = false): void {
    this.cuts++;
    this.point = anew ? offset : Math.min(this.point, offset);
    this.target = Math.min(this.target, offset);
  }

  /** Resolves when everything below `upTo` is durable; rejects after {@link FlushSource.flushFailed}. */
  async flush(upTo = this.source.fileEndOffset): Promise<void> {
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
    const to = Math.min(this.target, this.source.fileEndOffset);
    if (to <= from) return;
    const { cuts, since } = this;
    if (to === this.source.fileEndOffset) this.since = undefined;
    try {
      for (const segment of this.source.segmentsBetween(from, to)) await this.sync(segment);
      await this.source.epochsSaved();
    } catch (error) {
      this.since = since;
      this.source.flushFailed(error);
      throw error;
    }
    // After a cut the same offsets may stand for other bytes, of which nothing is known.
    if (this.cuts === cuts) this.point = to;
  }

  private async sync(segment: Segment): Promise<void> {
    const { files, fileSystem } = this.environment;
    if (segment.removed) return;
    // Indexes reach their files when the segment is closed, which is after its last queued batch.
    const closed =
      segment !== this.source.activeSegment && segment.writtenBytes === segment.assignedBytes;
    const paths = closed ? segment.paths : [segment.path];
    if (!segment.nameDurable) {
      await fileSystem.syncDirectory(this.source.directory);
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
