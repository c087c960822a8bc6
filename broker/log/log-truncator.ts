import { LogBusyError } from './log-error';
import type { LogAppender } from './log-appender';
import type { LogFlusher } from './log-flusher';
import type { LogState } from './log-state';
import { loadProducerStates, removeSnapshotsAbove } from './producer-state-loader';
import { readInBackground } from './read-steps';

/**
 * Moves the end of a log back, or starts it anew. While that goes on appends are refused, and what
 * was queued is settled first.
 */
export class LogTruncator {
  constructor(
    private readonly state: LogState,
    private readonly appender: LogAppender,
    private readonly flusher: LogFlusher,
  ) {}

  /** See {@link Log.truncateTo}. */
  async truncateTo(offset: number): Promise<boolean> {
    const { state } = this;
    if (offset < 0) throw new RangeError(`A log cannot end at ${offset}.`);
    if (offset >= state.nextOffset) return false;
    return await this.whileQuiet(async () => {
      if (offset >= state.nextOffset) return false;
      if (offset < state.segments.first.baseOffset) await this.startAnew(offset);
      else await this.cutAfter(offset);
      return true;
    });
  }

  /** See {@link Log.truncateFullyAndStartAt}. */
  async truncateFullyAndStartAt(offset: number): Promise<void> {
    await this.whileQuiet(() => this.startAnew(offset));
  }

  private async cutAfter(offset: number): Promise<void> {
    const { segments, environment, epochs } = this.state;
    const target = segments.floor(offset);
    const found = await readInBackground(target.findBatch(offset), environment.files);
    // A batch that spans the offset goes as a whole: the log ends on a whole batch.
    const end = found ? Math.min(offset, found.baseOffset) : offset;
    this.moveEnd(end);
    const later = segments.all.filter(({ baseOffset }) => baseOffset > target.baseOffset);
    this.state.removeSegments(later.reverse());
    if (found) await readInBackground(target.cutAt(found.position, end), environment.files);
    epochs.cache.truncateFromEnd(end);
    await this.cutProducers(end);
  }

  /** Producers that had batches in what was cut are found anew in what is left. */
  private async cutProducers(end: number): Promise<void> {
    const { environment, name: partition, path, producers, segments } = this.state;
    if (!producers.reaches(end)) {
      await removeSnapshotsAbove(environment, path, end);
      return;
    }
    const search = { partition, path, segments: segments.all, trustedUpTo: end };
    producers.replace(await loadProducerStates(environment, { ...search, completeWithout: false }));
  }

  private async startAnew(offset: number): Promise<void> {
    const { state } = this;
    this.moveEnd(offset, true);
    state.removeSegments([...state.segments.all].reverse());
    state.segments.add(state.createSegment(offset));
    state.epochs.cache.clear();
    state.producers.replace([]);
    await removeSnapshotsAbove(state.environment, state.path, -1);
  }

  /** Moves the offsets before the files follow: nobody reads what is about to go. */
  private moveEnd(end: number, anew = false): void {
    const { state } = this;
    state.truncations++;
    state.nextOffset = state.fileEnd = state.readableEnd = end;
    state.startOffset = anew ? end : Math.min(state.startOffset, end);
    state.watermark = Math.min(Math.max(state.watermark, state.startOffset), end);
    if (state.cleanedUpTo !== undefined) {
      state.cleanedUpTo = anew ? end : Math.min(state.cleanedUpTo, end);
    }
    this.appender.cut();
    this.flusher.cut(end, anew);
  }

  /**
   * What was cut must not come back with a power failure and stand behind what is appended from now
   * on; and the checkpoints on disk must not vouch for offsets that are used anew.
   */
  private async makeDurable(): Promise<void> {
    const { environment, segments, path, context } = this.state;
    const { files, fileSystem } = environment;
    const { active } = segments;
    await files.pinned(active.path, (fd) => fileSystem.fdatasync(fd));
    await fileSystem.syncDirectory(path);
    active.nameDurable = true;
    await context.endMovedBack();
  }

  /** Runs a change while no append is queued, being written or flushed, and nothing compacted. */
  private whileQuiet<T>(change: () => Promise<T>): Promise<T> {
    const { state } = this;
    state.assertReadable();
    if (state.phase === 'truncating') throw new LogBusyError(state.name);
    state.phase = 'truncating';
    return state.cleaningGate.hold(() => this.quietly(change));
  }

  private async quietly<T>(change: () => Promise<T>): Promise<T> {
    const { state } = this;
    try {
      await this.appender.queue.drain();
      await this.flusher.idle();
      state.health.assertAlive();
      const result = await change();
      await this.makeDurable();
      return result;
    } catch (error) {
      // Whatever it was, the log may be between two states.
      state.health.fail(error);
      throw state.health.failedError();
    } finally {
      if (state.phase === 'truncating') state.phase = 'open';
    }
  }
}
