import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointNames, OffsetCheckpointFile } from '../../../broker/log/checkpoint-file';
import { nodeFileSystem } from '../../../broker/log';
import { readMetaProperties } from '../../../broker/log/meta-properties';
import {
  parsePartitionDirectory,
  type PartitionDirectory,
} from '../../../broker/log/partition-directory';
import { readTopicId } from '../../../broker/log/partition-metadata';
import { parseSegmentFile, segmentPath, suffixes } from '../../../broker/log/segment-names';
import { describeError } from '../../../client/runtime/error';
import { headerAt, walkBatches } from '../../dump-log/batch-walk';
import { withFile } from '../../dump-log/file-window';
import type { CheckpointView, DiskPartitionView, DiskView } from '../snapshot';

/** A log directory and whose it is said to be. */
export interface DiskToLookAt {
  readonly brokerId: number;
  readonly path: string;
}

/** Bytes of an entry of an offset index: relative offset and position. */
const INDEX_ENTRY = 8;

/**
 * Reads what lies in a log directory, whether its broker runs or not. Nothing is changed.
 *
 * @param now wall clock, ms since the epoch
 */
export async function collectDisk(disk: DiskToLookAt, now: number): Promise<DiskView> {
  const unreadable: { path: string; problem: string }[] = [];
  const attempt = async <T>(path: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      unreadable.push({ path, problem: describeError(error) });
      return otherwise;
    }
  };
  const names = await attempt(disk.path, () => readdir(disk.path), []);
  const meta = await attempt(
    join(disk.path, 'meta.properties'),
    () => readMetaProperties(nodeFileSystem, disk.path),
    undefined,
  );
  // Checkpoints first: what they name has been written before them.
  const checkpoints: CheckpointView[] = [];
  for (const file of Object.values(checkpointNames)) {
    const checkpoint = new OffsetCheckpointFile(nodeFileSystem, disk.path, file);
    const entries = await attempt(checkpoint.path, () => checkpoint.read(), []);
    checkpoints.push(...entries.map((entry) => ({ ...entry, file })));
  }
  const directories: DiskPartitionView[] = [];
  for (const directory of names.map(parsePartitionDirectory)) {
    if (directory === undefined) continue;
    const path = join(disk.path, directory.name);
    const view = await attempt(path, () => collectDirectory(path, directory, now), undefined);
    if (view !== undefined) directories.push(view);
  }
  return {
    ...disk,
    unreadable,
    meta: meta && {
      ...(meta.brokerId !== undefined && { brokerId: meta.brokerId }),
      ...(meta.clusterId !== undefined && { clusterId: meta.clusterId }),
    },
    directories,
    checkpoints,
  };
}

async function collectDirectory(
  path: string,
  { name, topicPartition, kind }: PartitionDirectory,
  now: number,
): Promise<DiskPartitionView | undefined> {
  try {
    const { ctimeMs } = await stat(path);
    const files = (await readdir(path)).map(parseSegmentFile).filter((file) => file !== undefined);
    const leftovers = files.filter(({ transient }) => transient !== '');
    const bases = files
      .filter(({ suffix, transient }) => suffix === suffixes.log && transient === '')
      .map(({ baseOffset }) => baseOffset);
    return {
      ...topicPartition,
      name,
      kind,
      ageMs: now - ctimeMs,
      topicId: await readTopicId(nodeFileSystem, path),
      logEndOffset: bases.length === 0 ? undefined : await endOfSegment(path, Math.max(...bases)),
      leftovers: await Promise.all(
        leftovers.map(async (file) => ({
          name: file.name,
          ageMs: now - (await stat(join(path, file.name))).ctimeMs,
        })),
      ),
    };
  } catch (error) {
    // Renamed or removed while we looked: the next look tells.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Behind the last whole batch of a segment. */
async function endOfSegment(directory: string, base: number): Promise<number> {
  const hint = await lastIndexed(segmentPath(directory, base, suffixes.offsetIndex));
  return withFile(segmentPath(directory, base, suffixes.log), async (file) => {
    const from = (await headerAt(file, hint)) === undefined ? 0 : hint;
    let end = base;
    await walkBatches(file, from, file.size, (batch) => {
      end = batch.nextOffset;
    });
    return end;
  });
}

/** Position of the last batch that the offset index knows, 0 when it knows none. */
async function lastIndexed(path: string): Promise<number> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const entry = Buffer.alloc(INDEX_ENTRY);
      const at = Math.floor(size / INDEX_ENTRY - 1) * INDEX_ENTRY;
      if (at < 0) return 0;
      await handle.read(entry, 0, INDEX_ENTRY, at);
      return entry.readInt32BE(4);
    } finally {
      await handle.close();
    }
  } catch {
    // Indexes are derived data: without one the walk begins at the start.
    return 0;
  }
}
