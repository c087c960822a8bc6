import type { BackgroundLane } from './background-lane';
import { CoalescingSaver } from './coalescing-saver';
import type { FileSystem } from './file-system';
import { LeaderEpochCache, LeaderEpochCheckpoint, type EpochEntry } from './leader-epoch-cache';

/**
 * The leader epochs of a log, in memory and in `leader-epoch-checkpoint`. Saving happens in the
 * background, a few logs at a time, or as soon as somebody asks for it; what a crash loses, recovery
 * finds again in the batches, because the recovery point only moves when the epochs are saved.
 */
export class EpochStore {
  readonly cache: LeaderEpochCache;
  private readonly saver: CoalescingSaver;
  private unsaved = false;
  private queued = false;

  constructor(
    fileSystem: FileSystem,
    directory: string,
    entries: readonly EpochEntry[],
    private readonly lane: BackgroundLane,
    private readonly onError: (error: unknown) => void,
  ) {
    const file = new LeaderEpochCheckpoint(fileSystem, directory);
    this.saver = new CoalescingSaver(async () => {
      this.unsaved = false;
      try {
        await file.write(this.cache.entries);
      } catch (error) {
        this.unsaved = true;
        throw error;
      }
    });
    this.cache = new LeaderEpochCache([...entries], () => {
      this.unsaved = true;
      this.saveSoon();
    });
  }

  /** Resolves when the epochs of now are on disk. */
  async saved(): Promise<void> {
    if (this.unsaved) await this.saver.request();
    else await this.saver.settled();
  }

  private saveSoon(): void {
    if (this.queued) return;
    this.queued = true;
    this.lane.add(async () => {
      this.queued = false;
      if (this.unsaved) await this.saver.request().catch(this.onError);
    });
  }
}
