import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordBatch, validateBatch } from '../../client/records';

/** What is in the segments of one partition. */
export interface ScannedPartition {
  readonly name: string;
  readonly segments: number;
  readonly batches: number;
  readonly bytes: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
}

/**
 * Reads every segment file of a stopped broker's log directory with nothing of the broker's own
 * log code: each batch must be whole and valid, and offsets must go on without a gap from batch to
 * batch and from segment to segment, whose names must say so.
 *
 * @param wanted which partitions, by their directory; default all
 * @param compacted in which offsets may be missing, but still rise; default none
 * @throws Error that names the file and the position of the first thing that is wrong
 */
export async function scanSegments(
  logDir: string,
  visit: (partition: string, batch: RecordBatch) => void = () => undefined,
  wanted: (partition: string) => boolean = () => true,
  compacted: (partition: string) => boolean = () => false,
): Promise<ScannedPartition[]> {
  const partitions: ScannedPartition[] = [];
  for (const entry of await readdir(logDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/-\d+$/.test(entry.name)) continue;
    if (!wanted(entry.name)) continue;
    partitions.push(await scanPartition(logDir, entry.name, visit, compacted(entry.name)));
  }
  return partitions;
}

async function scanPartition(
  logDir: string,
  name: string,
  visit: (partition: string, batch: RecordBatch) => void,
  mayHaveGaps: boolean,
): Promise<ScannedPartition> {
  const directory = join(logDir, name);
  const files = (await readdir(directory)).filter((file) => /^\d{20}\.log$/.test(file)).sort();
  const firstOffset = parseInt(files[0] ?? '0', 10);
  let nextOffset = firstOffset;
  let batches = 0;
  let bytes = 0;
  for (const file of files) {
    const path = join(directory, file);
    const at = (offset: number, position: number) =>
      expectOffset(offset, nextOffset, mayHaveGaps, `${path} at ${position}`);
    at(parseInt(file, 10), 0);
    const buffer = await readFile(path);
    for (let position = 0; position < buffer.length;) {
      const size = validAt(buffer, position, path);
      const batch = new RecordBatch(buffer, position);
      at(batch.baseOffset, position);
      visit(name, batch);
      nextOffset = batch.nextOffset;
      position += size;
      batches++;
    }
    bytes += buffer.length;
  }
  return { name, segments: files.length, batches, bytes, firstOffset, nextOffset };
}

function validAt(buffer: Buffer, position: number, path: string): number {
  try {
    return validateBatch(buffer, position, buffer.length);
  } catch (error) {
    throw new Error(`${path} at ${position}: ${(error as Error).message}`);
  }
}

function expectOffset(actual: number, expected: number, mayHaveGaps: boolean, where: string): void {
  if (actual === expected || (mayHaveGaps && actual > expected)) return;
  throw new Error(`${where}: offset ${actual} where ${expected} is due.`);
}
