import { crc32c, readInt64, writeInt64 } from '../../client/records';
import { dirname } from 'node:path';
import type { FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';
import {
  lastSequenceOf,
  NO_SEQUENCE,
  sequenceAfter,
  type ProducerState,
  type SequencedBatch,
} from './producer-state';
import { writeFully } from './write-fully';

/**
 * `<offset>.snapshot`: what a log knew of its producers when it ended at that offset, in Kafka's
 * format (`ProducerStateManager`), all integers big-endian:
 *
 * | at | size | field                                                                     |
 * |---:|-----:|---------------------------------------------------------------------------|
 * |  0 |    2 | version: 1                                                                |
 * |  2 |    4 | CRC-32C of everything that follows                                        |
 * |  6 |    4 | number of entries                                                         |
 * | 10 |   46 | per producer: int64 id, int16 epoch, int32 last sequence, int64 last      |
 * |    |      | offset, int32 last minus first offset of that batch, int64 its largest    |
 * |    |      | timestamp, int32 coordinator epoch, int64 first offset of its transaction |
 *
 * It holds one batch per producer, not all that are remembered. -1 stands for "none".
 */
const VERSION = 1;
const CRC_AT = 2;
const COUNT_AT = 6;
const ENTRIES_AT = 10;
const ENTRY_SIZE = 46;
const NONE = -1;

export function encodeProducerSnapshot(states: Iterable<ProducerState>): Buffer {
  const all = [...states];
  const buffer = Buffer.alloc(ENTRIES_AT + all.length * ENTRY_SIZE);
  buffer.writeInt16BE(VERSION, 0);
  buffer.writeInt32BE(all.length, COUNT_AT);
  all.forEach((state, index) => {
    const at = ENTRIES_AT + index * ENTRY_SIZE;
    const last = state.batches.at(-1);
    writeInt64(buffer, at, state.producerId);
    buffer.writeInt16BE(state.epoch, at + 8);
    buffer.writeInt32BE(lastSequenceOf(state), at + 10);
    writeInt64(buffer, at + 14, last?.lastOffset ?? NONE);
    buffer.writeInt32BE(last ? last.lastOffset - last.firstOffset : 0, at + 22);
    writeInt64(buffer, at + 26, last?.timestamp ?? NONE);
    buffer.writeInt32BE(NONE, at + 34);
    writeInt64(buffer, at + 38, NONE);
  });
  buffer.writeUInt32BE(crc32c(buffer.subarray(COUNT_AT)), CRC_AT);
  return buffer;
}

/**
 * @param lastSeenAt for all of them: the format does not tell when a producer last wrote
 * @throws LogDirectoryError when it is not a whole snapshot of this version
 */
export function decodeProducerSnapshot(
  buffer: Buffer,
  path: string,
  lastSeenAt: number,
): ProducerState[] {
  const malformed = (what: string) =>
    new LogDirectoryError(
      `The producer snapshot ${path} is malformed: ${what}.`,
      'Nothing needs to be done: what it says is found again by reading the log.',
    );
  if (buffer.length < ENTRIES_AT) throw malformed(`it has ${buffer.length} bytes`);
  const version = buffer.readInt16BE(0);
  if (version !== VERSION) throw malformed(`its version is ${version}, not ${VERSION}`);
  const crc = crc32c(buffer.subarray(COUNT_AT));
  if (crc !== buffer.readUInt32BE(CRC_AT)) throw malformed('its checksum is wrong');
  const count = buffer.readInt32BE(COUNT_AT);
  if (count < 0 || ENTRIES_AT + count * ENTRY_SIZE > buffer.length) {
    throw malformed(`it announces ${count} entries and has ${buffer.length} bytes`);
  }
  return Array.from({ length: count }, (_, index) => {
    const at = ENTRIES_AT + index * ENTRY_SIZE;
    const last = lastBatch(buffer, at);
    return {
      producerId: readInt64(buffer, at),
      epoch: buffer.readInt16BE(at + 8),
      batches: last ? [last] : [],
      lastSeenAt,
    };
  });
}

function lastBatch(buffer: Buffer, at: number): SequencedBatch | undefined {
  const lastSequence = buffer.readInt32BE(at + 10);
  const lastOffset = readInt64(buffer, at + 14);
  const offsetDelta = buffer.readInt32BE(at + 22);
  if (lastSequence === NO_SEQUENCE || lastOffset < 0) return undefined;
  return {
    firstSequence: sequenceAfter(lastSequence, -offsetDelta),
    lastSequence,
    firstOffset: lastOffset - offsetDelta,
    lastOffset,
    timestamp: readInt64(buffer, at + 26),
  };
}

/** Writes a snapshot to the page cache. Torn by a crash it does not pass its checksum. */
export function writeProducerSnapshot(fileSystem: FileSystem, path: string, bytes: Buffer): void {
  const fd = fileSystem.openSync(path, true);
  try {
    fileSystem.ftruncateSync(fd, 0);
    writeFully(fileSystem, fd, [bytes], 0);
  } finally {
    fileSystem.closeSync(fd);
  }
}

/** Makes a snapshot durable, its name included. */
export async function syncProducerSnapshot(fileSystem: FileSystem, path: string): Promise<void> {
  const fd = fileSystem.openSync(path);
  try {
    await fileSystem.fdatasync(fd);
  } finally {
    fileSystem.closeSync(fd);
  }
  await fileSystem.syncDirectory(dirname(path));
}

/** The bytes of a snapshot; undefined when there is none. */
export async function readProducerSnapshot(
  fileSystem: FileSystem,
  path: string,
): Promise<Buffer | undefined> {
  const stat = await fileSystem.stat(path);
  if (!stat) return undefined;
  const buffer = Buffer.alloc(stat.size);
  const fd = fileSystem.openSync(path);
  try {
    let filled = 0;
    while (filled < buffer.length) {
      const count = await fileSystem.read(fd, buffer, filled, buffer.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  } finally {
    fileSystem.closeSync(fd);
  }
}
