import { recordsOf, type Record, type RecordBatch } from '../../../client/records';
import type { OffsetMap } from './offset-map';
import { fateOf, isRetained, type Pass } from './record-retention';
import { emptyBatch, rewriteBatch } from './rewrite-batch';
import { SLICE_RECORDS, type Slices } from './slices';

/** What one cleaning of a log knows when it comes to a batch. */
export interface FilterContext extends Pass {
  readonly map: OffsetMap;
  /** `delete.retention.ms`. */
  readonly deleteRetentionMs: number;
  /** Last offset of the last batch of each producer the log knows of. */
  readonly lastOffsets: ReadonlyMap<number, number>;
}

/** What is left of a batch. */
export interface FilteredBatch {
  /** The batch's own bytes where nothing has changed; undefined when it goes. */
  readonly bytes: Buffer | undefined;
  readonly recordsRead: number;
  readonly recordsKept: number;
}

/**
 * Judges a batch record by record. Control batches stay as they are: they are the broker's own, and
 * have no key in the sense of the topic.
 *
 * @throws InvalidBatchError when its records cannot be read
 */
export function* filterBatch(batch: RecordBatch, context: FilterContext): Slices<FilteredBatch> {
  const { recordCount: recordsRead, deleteHorizon } = batch;
  if (batch.isControl) {
    return { bytes: batch.bytes, recordsRead, recordsKept: recordsRead };
  }
  const retained: Record[] = [];
  let tombstones = 0;
  let judged = 0;
  for (const record of recordsOf(batch.buffer, batch.position)) {
    if (++judged % SLICE_RECORDS === 0) yield;
    const isTombstone = record.value === null;
    const facts = {
      offset: record.offset,
      hasKey: record.key !== null,
      isTombstone,
      latestOffset: record.key === null ? -1 : context.map.get(record.key),
    };
    if (!isRetained(facts, { deleteHorizon }, context)) continue;
    retained.push(record);
    if (isTombstone) tombstones++;
  }
  const needsHorizon = tombstones > 0 && deleteHorizon < 0;
  const fate = fateOf({
    records: recordsRead,
    retained: retained.length,
    needsHorizon,
    isLastOfProducer:
      batch.hasProducerId && context.lastOffsets.get(batch.producerId) === batch.lastOffset,
  });
  const result = { recordsRead, recordsKept: retained.length };
  if (fate === 'dropped') return { ...result, bytes: undefined };
  if (fate === 'as it is') return { ...result, bytes: batch.bytes };
  if (fate === 'emptied') return { ...result, bytes: emptyBatch(batch) };
  const horizon = needsHorizon ? context.now + context.deleteRetentionMs : deleteHorizon;
  return { ...result, bytes: rewriteBatch(batch, retained, horizon) };
}
