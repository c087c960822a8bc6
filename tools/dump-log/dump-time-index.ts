import { readInt64 } from '../../client/records/int64';
import type { RecordBatch } from '../../client/records/record-batch';
import { walkBatches } from './batch-walk';
import { assertSane, offsetEntries, type IndexDump, type OffsetEntry } from './dump-offset-index';
import type { DumpContext } from './dump-context';
import { EntryFile } from './entry-file';
import { withFile, type FileWindow } from './file-window';
import { fields } from './format-batch';

interface TimeEntry {
  readonly timestamp: number;
  readonly offset: number;
}

/** The files of the segment that a time index belongs to. */
export interface SegmentPaths {
  readonly log: string;
  readonly offsetIndex: string;
}

/** Prints a `.timeindex` and compares it with the log next to it. */
export async function dumpTimeIndex(
  path: string,
  segment: SegmentPaths,
  baseOffset: number,
  { sanityOnly, verifyOnly }: IndexDump,
  { out, findings }: DumpContext,
): Promise<void> {
  await withFile(path, async (file) => {
    const entries = timeEntries(file, baseOffset);
    if (sanityOnly) {
      const last = entries.count > 0 ? await entries.at(entries.count - 1) : undefined;
      assertSane(path, entries.hasWholeSize, baseOffset, last?.offset ?? baseOffset);
      return out.line(`${path} passed sanity check.`);
    }
    await withLookup(segment, baseOffset, async (find) => {
      let former = -1;
      for (let n = 0; n < entries.count; n++) {
        const { timestamp, offset } = await entries.at(n);
        // The unused end of a preallocated index is zeros.
        if (offset === baseOffset && n > 0) return;
        const batch = await find(offset);
        if (batch?.lastOffset !== offset) {
          findings.add('offsetNotFound', path, offset, batch?.lastOffset ?? -1);
        } else {
          if (batch.maxTimestamp !== timestamp) {
            findings.add('timestampMismatch', path, timestamp, batch.maxTimestamp);
          }
          if (former >= timestamp) findings.add('timestampOrder', path, timestamp, former);
        }
        if (!verifyOnly) await out.line(fields({ timestamp, offset }));
        former = timestamp;
      }
    });
  });
}

function timeEntries(file: FileWindow, baseOffset: number): EntryFile<TimeEntry> {
  return new EntryFile(file, 12, (bytes) => ({
    timestamp: readInt64(bytes, 0),
    offset: baseOffset + bytes.readInt32BE(8),
  }));
}

/** Finds the first batch that ends at an offset or behind it. */
type FindBatch = (offset: number) => Promise<RecordBatch | undefined>;

/** Both indexes are in order of offsets, so the offset index is read along with the time index. */
async function withLookup(
  { log, offsetIndex }: SegmentPaths,
  baseOffset: number,
  use: (find: FindBatch) => Promise<void>,
): Promise<void> {
  await withFile(log, (logFile) =>
    withFile(offsetIndex, async (indexFile) => {
      const index = offsetEntries(indexFile, baseOffset);
      const start: OffsetEntry = { offset: baseOffset, position: 0 };
      let floor = start;
      let next = 0;
      await use(async (offset) => {
        if (offset < floor.offset) [floor, next] = [start, 0];
        for (; next < index.count; next++) {
          const entry = await index.at(next);
          if (entry.offset > offset || (next > 0 && entry.offset === baseOffset)) break;
          floor = entry;
        }
        let found: RecordBatch | undefined;
        await walkBatches(logFile, floor.position, logFile.size, (batch) => {
          if (batch.lastOffset < offset) return true;
          found = batch;
          return false;
        });
        return found;
      });
    }),
  );
}
