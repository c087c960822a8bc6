/** What decides about a record during compaction. */
export interface RecordFacts {
  readonly offset: number;
  readonly hasKey: boolean;
  readonly isTombstone: boolean;
  /** Latest offset of its key in what was looked through; -1 when the key is not in there. */
  readonly latestOffset: number;
}

/** What decides about all records of a batch. */
export interface BatchFacts {
  /** From when its tombstones may go, ms since the epoch; -1 as long as that is not set. */
  readonly deleteHorizon: number;
}

/** How far keys were looked through, and what time it is. */
export interface Pass {
  /** Records from here on are not judged. */
  readonly endOffset: number;
  readonly now: number;
}

/**
 * Whether a record stays (Kafka's Cleaner.shouldRetainRecord): the last one of its key does, and a
 * tombstone only until its horizon. A record without a key is of no use in a compacted log; it can
 * only come from a time when the log was not compacted.
 */
export function isRetained(record: RecordFacts, batch: BatchFacts, pass: Pass): boolean {
  if (record.offset >= pass.endOffset) return true;
  if (!record.hasKey) return false;
  if (record.offset < record.latestOffset) return false;
  return !record.isTombstone || batch.deleteHorizon < 0 || pass.now < batch.deleteHorizon;
}

/** What becomes of a batch, once its records are judged. */
export type BatchFate = 'as it is' | 'rewritten' | 'emptied' | 'dropped';

/**
 * What becomes of a batch (Kafka's MemoryRecords.filterTo). The first cleaning that leaves
 * tombstones in a batch gives it its horizon, for which the batch is rewritten. The last batch of a
 * producer stays even if it is empty: the producer's next sequence number is judged by it.
 */
export function fateOf(batch: {
  readonly records: number;
  readonly retained: number;
  readonly needsHorizon: boolean;
  readonly isLastOfProducer: boolean;
}): BatchFate {
  if (batch.retained === 0) return batch.isLastOfProducer ? 'emptied' : 'dropped';
  return batch.retained < batch.records || batch.needsHorizon ? 'rewritten' : 'as it is';
}
