import { OffsetCheckpointFile } from './checkpoint-file';
import type { FileSystem } from './file-system';
import type { TopicPartition } from './topic-partition';

/**
 * A checkpoint file of a log directory, written only when it would say something else than it does:
 * most of a thousand partitions are idle, and the high watermarks are looked at every few seconds.
 */
export class OffsetCheckpoint<L extends { readonly topicPartition: TopicPartition }> {
  readonly file: OffsetCheckpointFile;
  /** What the file says, in two columns; undefined while that is not known. */
  private saved: { logs: readonly L[]; offsets: readonly (number | undefined)[] } | undefined;

  /** @param offsetOf undefined when the log has no line in the file */
  constructor(
    fileSystem: FileSystem,
    logDir: string,
    name: string,
    private readonly offsetOf: (log: L) => number | undefined,
  ) {
    this.file = new OffsetCheckpointFile(fileSystem, logDir, name);
  }

  /** Saves the state of now. Not to be called again before it is done. */
  async save(logs: readonly L[]): Promise<void> {
    if (this.isSaved(logs)) return;
    this.saved = undefined;
    const offsets = logs.map((log) => this.offsetOf(log));
    const entries = logs.flatMap(({ topicPartition }, i) => {
      const offset = offsets[i];
      return offset === undefined ? [] : [{ ...topicPartition, offset }];
    });
    await this.file.write(entries);
    this.saved = { logs, offsets };
  }

  private isSaved(logs: readonly L[]): boolean {
    const { saved } = this;
    if (saved?.logs.length !== logs.length) return false;
    for (let i = 0; i < logs.length; i++) {
      const log = logs[i];
      if (!log || saved.logs[i] !== log || saved.offsets[i] !== this.offsetOf(log)) return false;
    }
    return true;
  }
}
