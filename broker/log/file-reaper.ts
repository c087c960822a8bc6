import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import type { FileSystem } from './file-system';

interface Condemned {
  readonly path: string;
  readonly dueAt: number;
  readonly isDirectory: boolean;
}

/**
 * Removes renamed files and directories after a while, one after the other on the thread pool, with
 * one timer for all. What is left at a shutdown is removed at the next start.
 */
export class FileReaper {
  private condemned: Condemned[] = [];
  private timer: TimerHandle | undefined;
  private stopped = false;
  private reaping: Promise<void> = Promise.resolve();

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Files waiting to be removed. */
  get pending(): number {
    return this.condemned.length;
  }

  removeFiles(paths: readonly string[], delayMs: number): void {
    for (const path of paths) this.condemn(path, delayMs, false);
  }

  removeDirectory(path: string, delayMs: number): void {
    this.condemn(path, delayMs, true);
  }

  /** Starts no more removals. Resolves when the one under way is through. */
  stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.condemned = [];
    return this.reaping;
  }

  private condemn(path: string, delayMs: number, isDirectory: boolean): void {
    if (this.stopped) return;
    this.condemned.push({ path, isDirectory, dueAt: this.clock.monotonic() + delayMs });
    this.arm();
  }

  private arm(): void {
    if (this.timer !== undefined || this.condemned.length === 0 || this.stopped) return;
    const next = Math.min(...this.condemned.map(({ dueAt }) => dueAt));
    const wait = Math.max(0, next - this.clock.monotonic());
    this.timer = this.clock.setTimeout(() => void (this.reaping = this.reap()), wait);
  }

  private async reap(): Promise<void> {
    const now = this.clock.monotonic();
    const due = this.condemned.filter(({ dueAt }) => dueAt <= now);
    this.condemned = this.condemned.filter(({ dueAt }) => dueAt > now);
    for (const { path, isDirectory } of due) {
      if (this.stopped) return;
      try {
        await (isDirectory ? this.fileSystem.removeTree(path) : this.fileSystem.unlink(path));
      } catch (error) {
        this.logger.warn(
          { event: 'file-removal-failed', path },
          `Could not remove ${path}: ${describeError(error)}. The next start tries again.`,
        );
      }
    }
    this.timer = undefined;
    this.arm();
  }
}
