import { basename, dirname } from 'node:path';
import { checkpointNames, OffsetCheckpointFile } from '../../broker/log/checkpoint-file';
import { nodeFileSystem } from '../../broker/log/file-system';

/**
 * Whether offsets may be missing in a segment: its log directory says that the partition has been
 * compacted. A file that lies somewhere else is taken for one without gaps.
 */
export async function isCompacted(segment: string): Promise<boolean> {
  const partition = dirname(segment);
  const checkpoint = new OffsetCheckpointFile(
    nodeFileSystem,
    dirname(partition),
    checkpointNames.cleaner,
  );
  try {
    const entries = await checkpoint.read();
    const name = basename(partition);
    return entries.some((entry) => `${entry.topic}-${entry.partition}` === name);
  } catch {
    return false;
  }
}
