import { basename } from 'node:path';
import { recordsOf } from '../../client/records/record-decoder';
import type { RecordBatch } from '../../client/records/record-batch';
import { InvalidBatchError } from '../../client/records/invalid-batch-error';
import { hasRightChecksum, walkBatches } from './batch-walk';
import type { DumpContext } from './dump-context';
import { withFile, type FileWindow } from './file-window';
import { isCompacted } from './is-compacted';
import { formatBatch, formatRecord, type RecordFormat } from './format-batch';

export interface SegmentDump extends RecordFormat {
  /** Whether to print the records of each batch. */
  readonly deep: boolean;
  /** Looks only at the batches that lie wholly before this position. */
  readonly maxBytes: number;
}

/** Prints the batches of a `.log` file, and their records if asked to. */
export async function dumpSegment(
  path: string,
  baseOffset: number,
  options: SegmentDump,
  context: DumpContext,
): Promise<void> {
  const { out, findings } = context;
  await out.line(`Log starting offset: ${baseOffset}`);
  const mayHaveGaps = await isCompacted(path);
  await withFile(path, async (file) => {
    const end = Math.min(file.size, options.maxBytes);
    let lastOffset = -1;
    const validBytes = await walkBatches(file, 0, end, async (batch, position) => {
      const isValid = await hasRightChecksum(file, batch, position);
      await out.line(formatBatch(batch, position, isValid));
      if (!isValid) findings.add('corrupt', path, batch.baseOffset, position);
      else if (options.deep) {
        for (const record of await recordsAt(file, batch, position, path, context)) {
          const isGap = lastOffset !== -1 && record.offset !== lastOffset + 1;
          if (isGap && !(mayHaveGaps && record.offset > lastOffset)) {
            findings.add('notConsecutive', path, lastOffset, record.offset);
          }
          lastOffset = record.offset;
          await out.line(formatRecord(record, batch, options));
        }
      }
    });
    if (validBytes < file.size && options.maxBytes >= file.size) {
      const rest = file.size - validBytes;
      await out.line(`Found ${rest} invalid bytes at the end of ${basename(path)}`);
    }
  });
}

/** A batch whose records cannot be read is a finding; what follows is still worth printing. */
async function recordsAt(
  file: FileWindow,
  batch: RecordBatch,
  position: number,
  path: string,
  { findings }: DumpContext,
): Promise<ReturnType<typeof recordsOf>> {
  try {
    return recordsOf(await file.view(position, batch.sizeInBytes), 0);
  } catch (error) {
    if (!(error instanceof InvalidBatchError)) throw error;
    findings.add('corrupt', path, batch.baseOffset, position);
    return [];
  }
}
