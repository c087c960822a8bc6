import { join } from 'node:path';
import { writeAtomically } from './atomic-file';
import type { FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';
import type { TopicPartition } from './topic-partition';

/** The checkpoint files of a log directory. The cleaner's is reserved for compaction. */
export const checkpointNames = {
  recoveryPoint: 'recovery-point-offset-checkpoint',
  logStart: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
  cleaner: 'cleaner-offset-checkpoint',
} as const;

const VERSION = '0';

/**
 * The text of a checkpoint: version, number of entries, one entry per line (Kafka's
 * CheckpointFile).
 */
export function formatCheckpoint(entries: readonly string[]): string {
  return [VERSION, String(entries.length), ...entries, ''].join('\n');
}

/** @throws LogDirectoryError when the text is not a checkpoint of this version */
export function parseCheckpoint(text: string, path: string): string[] {
  const malformed = (what: string) =>
    new LogDirectoryError(
      `The checkpoint file ${path} is malformed: ${what}.`,
      'Restore it from a copy or remove it; what it says is then found again by reading the log.',
    );
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const [version, count, ...entries] = lines;
  if (version === undefined) return [];
  if (version !== VERSION) throw malformed(`its version is ${version}, not ${VERSION}`);
  if (count === undefined) return [];
  if (!/^\d+$/.test(count)) throw malformed(`its second line is not a number`);
  if (Number(count) !== entries.length) {
    throw malformed(`it announces ${count} entries and holds ${entries.length}`);
  }
  return entries;
}

/** One line of an offset checkpoint. */
export interface OffsetCheckpointEntry extends TopicPartition {
  readonly offset: number;
}

/** Offsets by partition, as `recovery-point-offset-checkpoint` and its siblings keep them. */
export class OffsetCheckpointFile {
  readonly path: string;

  constructor(
    private readonly fileSystem: FileSystem,
    logDir: string,
    name: string,
  ) {
    this.path = join(logDir, name);
  }

  /** @returns the entries; none when the file does not exist */
  async read(): Promise<OffsetCheckpointEntry[]> {
    const text = await this.fileSystem.readFile(this.path);
    if (text === undefined) return [];
    return parseCheckpoint(text, this.path).map((line) => {
      const [, topic, partition, offset] = /^(\S+) (\d+) (-?\d+)$/.exec(line) ?? [];
      if (topic === undefined) {
        throw new LogDirectoryError(
          `The checkpoint file ${this.path} has a malformed line: ${line}`,
          'Restore it from a copy or remove it; what it says is then found again by reading the log.',
        );
      }
      return { topic, partition: Number(partition), offset: Number(offset) };
    });
  }

  async write(entries: readonly OffsetCheckpointEntry[]): Promise<void> {
    const lines = entries.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`);
    await writeAtomically(this.fileSystem, this.path, formatCheckpoint(lines));
  }
}
