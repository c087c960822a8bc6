import { headerAt } from './batch-walk';
import type { DumpContext } from './dump-context';
import { DumpLogError } from './dump-log-error';
import { EntryFile } from './entry-file';
import { withFile, type FileWindow } from './file-window';
import { fields } from './format-batch';

export interface IndexDump {
  /** Checks the index by itself and prints nothing of it. */
  readonly sanityOnly: boolean;
  /** Compares the index with the log and prints nothing of it. */
  readonly verifyOnly: boolean;
}

export interface OffsetEntry {
  readonly offset: number;
  readonly position: number;
}

/** The entries of an `.index`. */
export function offsetEntries(file: FileWindow, baseOffset: number): EntryFile<OffsetEntry> {
  return new EntryFile(file, 8, (bytes) => ({
    offset: baseOffset + bytes.readInt32BE(0),
    position: bytes.readInt32BE(4),
  }));
}

/** Prints an `.index` and compares it with the log next to it. */
export async function dumpOffsetIndex(
  path: string,
  logPath: string,
  baseOffset: number,
  { sanityOnly, verifyOnly }: IndexDump,
  { out, findings }: DumpContext,
): Promise<void> {
  await withFile(path, async (file) => {
    const entries = offsetEntries(file, baseOffset);
    if (entries.count === 0) return out.line(`${path} is empty.`);
    if (sanityOnly) {
      assertSane(
        path,
        entries.hasWholeSize,
        baseOffset,
        (await entries.at(entries.count - 1)).offset,
      );
      return out.line(`${path} passed sanity check.`);
    }
    await withFile(logPath, async (log) => {
      for (let n = 0; n < entries.count; n++) {
        const { offset, position } = await entries.at(n);
        // The unused end of a preallocated index is zeros.
        if (offset === baseOffset && n > 0) return;
        const found = (await headerAt(log, position))?.lastOffset ?? -1;
        if (found !== offset) findings.add('indexMismatch', path, offset, found);
        if (!verifyOnly) await out.line(fields({ offset, position }));
      }
    });
  });
}

/** The check that decides at a broker's start whether an index is built anew. @throws DumpLogError */
export function assertSane(
  path: string,
  hasWholeSize: boolean,
  baseOffset: number,
  lastOffset: number,
): void {
  const advice = 'The broker will build it anew from the log when it starts.';
  if (!hasWholeSize) throw new DumpLogError(`${path} does not consist of whole entries.`, advice);
  if (lastOffset < baseOffset) {
    throw new DumpLogError(
      `${path} ends with offset ${lastOffset}, which is below the base offset ${baseOffset}.`,
      advice,
    );
  }
}
