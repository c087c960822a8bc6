import { join } from 'node:path';
import { writeAtomically } from './atomic-file';
import { formatCheckpoint, parseCheckpoint } from './checkpoint-file';
import type { FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';
import type { EpochEndOffset } from './types';

/** A leader epoch and the offset of its first record. */
export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/**
 * Which leader epoch wrote which part of the log (KIP-101, Kafka's LeaderEpochFileCache). Epochs and
 * their start offsets both rise strictly.
 */
export class LeaderEpochCache {
  constructor(
    private list: EpochEntry[] = [],
    /** Called after each change. */
    private readonly changed: () => void = () => {},
  ) {}

  get entries(): readonly EpochEntry[] {
    return this.list;
  }

  get latestEpoch(): number | undefined {
    return this.list.at(-1)?.epoch;
  }

  /**
   * An epoch is in force at an offset. Entries that contradict it, with as late an offset or a larger
   * epoch, go. An epoch that is in force already goes on: it keeps its start.
   */
  assign(epoch: number, startOffset: number): void {
    const latest = this.list.at(-1);
    if (latest && latest.epoch === epoch && startOffset >= latest.startOffset) return;
    this.list = this.list.filter((e) => e.epoch <= epoch && e.startOffset < startOffset);
    if (this.latestEpoch !== epoch) this.list.push({ epoch, startOffset });
    this.changed();
  }

  /** See {@link Log.epochEndOffset}. */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEndOffset | undefined {
    if (epoch < 0) return undefined;
    if (epoch === this.latestEpoch) return { leaderEpoch: epoch, endOffset: logEndOffset };
    const higher = this.list.findIndex((entry) => entry.epoch > epoch);
    const next = this.list[higher];
    if (!next) return undefined;
    // Older than all that is known: the records are gone, and the follower starts where ours begin.
    const leaderEpoch = this.list[higher - 1]?.epoch ?? epoch;
    return { leaderEpoch, endOffset: next.startOffset };
  }

  epochForOffset(offset: number): number | undefined {
    let epoch: number | undefined;
    for (const entry of this.list) {
      if (entry.startOffset > offset) break;
      epoch = entry.epoch;
    }
    return epoch;
  }

  /** The log now ends at an offset: epochs that start there or later are gone. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.list.filter((entry) => entry.startOffset < endOffset);
    if (kept.length === this.list.length) return;
    this.list = kept;
    this.changed();
  }

  /** The log now begins at an offset: the epoch in force there begins there, earlier ones are gone. */
  truncateFromStart(startOffset: number): void {
    const first = this.list.filter((entry) => entry.startOffset <= startOffset).at(-1);
    if (!first || first === this.list[0]) {
      if (!first || first.startOffset === startOffset) return;
    }
    const later = this.list.filter((entry) => entry.startOffset > startOffset);
    this.list = [{ epoch: first.epoch, startOffset }, ...later];
    this.changed();
  }

  clear(): void {
    if (this.list.length === 0) return;
    this.list = [];
    this.changed();
  }
}

/** `leader-epoch-checkpoint`: the cache's entries as `epoch startOffset` lines. */
export class LeaderEpochCheckpoint {
  private readonly path: string;

  constructor(
    private readonly fileSystem: FileSystem,
    directory: string,
  ) {
    this.path = join(directory, 'leader-epoch-checkpoint');
  }

  async read(): Promise<EpochEntry[]> {
    const text = await this.fileSystem.readFile(this.path);
    if (text === undefined) return [];
    return parseCheckpoint(text, this.path).map((line) => {
      const [, epoch, offset] = /^(\d+) (\d+)$/.exec(line) ?? [];
      if (epoch === undefined || offset === undefined) {
        throw new LogDirectoryError(
          `The checkpoint file ${this.path} has a malformed line: ${line}`,
          'Restore it from a copy or remove it; what it says is then found again by reading the log.',
        );
      }
      return { epoch: Number(epoch), startOffset: Number(offset) };
    });
  }

  async write(entries: readonly EpochEntry[]): Promise<void> {
    const lines = entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`);
    await writeAtomically(this.fileSystem, this.path, formatCheckpoint(lines));
  }
}
