import type { RecordBatch } from '../../../client/records';
import { recordsOf } from '../../../client/records';
import type { LogState } from '../log-state';
import { Segment } from '../segment';
import { transientSuffixes } from '../segment-names';
import { walkBatches } from './batch-walk';
import type { CleanableRange } from './cleanable-range';
import type { CleanerConfig } from './cleaner-config';
import type { Cleaning } from './cleaning-gate';
import { filterBatch, type FilterContext } from './filter-batch';
import type { IoPace } from './io-pace';
import { OffsetMap } from './offset-map';
import { groupSegments } from './segment-groups';
import { SLICE_RECORDS, type Slices } from './slices';
import { swapSegments } from './swap-segments';
import { writeBatches } from './write-segment';

/** What a cleaning did. */
export interface CleaningResult {
  /** The log is clean below. */
  readonly endOffset: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly recordsRead: number;
  readonly recordsKept: number;
}

/** What one cleaning of one log works with. */
export interface CleaningTask {
  readonly state: LogState;
  readonly range: CleanableRange;
  readonly config: CleanerConfig;
  readonly pace: IoPace;
  readonly cleaning: Cleaning;
  /** Last offset of the last batch of each producer the log knows of. */
  readonly lastOffsets: ReadonlyMap<number, number>;
  /** A segment was put into its place. */
  readonly onSwapped: () => void;
}

/**
 * Compacts a log (Kafka's Cleaner). First the latest offset of each key of the dirty part is found;
 * then all segments from the start of the log on are rewritten without what is overwritten later,
 * oldest first, so that a tombstone never goes before what it deletes.
 *
 * Memory is bounded by the offset map, a buffer, and what the largest batch unpacks to.
 *
 * @throws CleaningAbortedError, DamagedSegmentError, InvalidBatchError, errors of the disk
 */
export async function cleanLog(task: CleaningTask): Promise<CleaningResult> {
  const { state, range, config } = task;
  const dirtyOffsets = range.firstUncleanableOffset - range.firstDirtyOffset;
  const map = new OffsetMap(config, dirtyOffsets);
  const sum = { bytesRead: 0, bytesWritten: 0, recordsRead: 0, recordsKept: 0 };
  const endOffset = await mapKeys(task, map, sum);
  const context: FilterContext = {
    map,
    endOffset,
    now: state.environment.clock.now(),
    deleteRetentionMs: state.config.deleteRetentionMs,
    lastOffsets: task.lastOffsets,
  };
  const groupable = closedSegments(state)
    .filter(({ baseOffset }) => baseOffset < endOffset)
    .map(({ segment, ...place }) => ({
      ...place,
      segment,
      sizeInBytes: segment.writtenBytes,
      offsetIndexBytes: segment.offsetIndex.file.sizeInBytes,
      timeIndexBytes: segment.timeIndex.file.sizeInBytes,
    }));
  for (const group of groupSegments(groupable, state.config)) {
    const old = group.map(({ segment }) => segment);
    await rewriteGroup(task, old, context, sum);
  }
  return { endOffset, ...sum };
}

type Sum = { -readonly [K in Exclude<keyof CleaningResult, 'endOffset'>]: number };

/** @returns the offset up to which all keys went in */
async function mapKeys(task: CleaningTask, map: OffsetMap, sum: Sum): Promise<number> {
  const { state, range, config, cleaning, pace } = task;
  let endOffset = range.firstDirtyOffset;
  let full = false;
  for (const place of closedSegments(state)) {
    if (place.endOffset <= range.firstDirtyOffset) continue;
    if (place.baseOffset >= range.firstUncleanableOffset || full) break;
    await walkBatches(state.environment, place.segment, {
      bufferBytes: config.ioBufferBytes,
      visit: function* (batch) {
        if (batch.nextOffset <= range.firstDirtyOffset) return true;
        const overflow = yield* putKeys(batch, map);
        full = overflow !== undefined;
        endOffset = overflow ?? batch.nextOffset;
        return !full;
      },
      chunkDone: async (bytes) => {
        sum.bytesRead += bytes;
        await pace.take(bytes, cleaning);
        cleaning.check();
      },
    });
    if (!full) endOffset = place.endOffset;
  }
  return endOffset;
}

/** @returns the offset of the first record whose key did not go in */
function* putKeys(batch: RecordBatch, map: OffsetMap): Slices<number | undefined> {
  if (batch.isControl) return undefined;
  let put = 0;
  for (const { key, offset } of recordsOf(batch.buffer, batch.position)) {
    if (key !== null && !map.put(key, offset)) return offset;
    if (++put % SLICE_RECORDS === 0) yield;
  }
  return undefined;
}

async function rewriteGroup(
  task: CleaningTask,
  old: readonly Segment[],
  context: FilterContext,
  sum: Sum,
): Promise<void> {
  const { state, config, cleaning, pace } = task;
  const { environment } = state;
  const [first] = old;
  if (!first) return;
  const { cleaned: suffix } = transientSuffixes;
  const cleaned = Segment.create(environment, state.path, first.baseOffset, suffix);
  try {
    for (const segment of old) {
      let kept: Buffer[] = [];
      await walkBatches(environment, segment, {
        bufferBytes: config.ioBufferBytes,
        visit: function* (batch) {
          const { bytes, recordsRead, recordsKept } = yield* filterBatch(batch, context);
          if (bytes) kept.push(bytes);
          sum.recordsRead += recordsRead;
          sum.recordsKept += recordsKept;
          return true;
        },
        chunkDone: async (bytes) => {
          const { indexIntervalBytes } = state.config;
          const written = await writeBatches(environment, cleaned, kept, indexIntervalBytes);
          kept = [];
          sum.bytesRead += bytes;
          sum.bytesWritten += written;
          await pace.take(bytes + written, cleaning);
          cleaning.check();
        },
      });
    }
    cleaned.seal();
    await swapSegments(state, old, cleaned, cleaning);
  } catch (error) {
    if (!state.health.failed) removeFiles(state, cleaned);
    throw error;
  }
  task.onSwapped();
}

function removeFiles({ environment }: LogState, cleaned: Segment): void {
  cleaned.closeFiles();
  for (const path of cleaned.dataPaths) {
    if (environment.fileSystem.statSync(path)) environment.fileSystem.unlinkSync(path);
  }
}

function closedSegments({ segments }: LogState) {
  return segments.all.slice(0, -1).map((segment) => ({
    segment,
    baseOffset: segment.baseOffset,
    endOffset: segments.endOf(segment, Infinity),
  }));
}
