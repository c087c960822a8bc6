import { batchSizeAt, RecordBatch, recordsOf, validateBatch } from '../records';
import type { AbortedTransactions } from './aborted-transactions';
import { UnreadableRecordsError } from './consumer-errors';
import { ConsumerRecord } from './consumer-record';
import { OpenBatch } from './open-batch';
import type { TopicPartition } from './topic-partition';

/** What one look at the next batch brought: something to read, or the position after it. */
export type NextBatch = OpenBatch | SkippedBatch;

/** A batch with nothing to hand out. */
export interface SkippedBatch {
  readonly skippedTo: number;
  readonly leaderEpoch: number;
  readonly bytes: number;
}

/** The batches of one partition from one response, decoded one after the other. */
export class FetchedRecords {
  private at = 0;

  /**
   * @param end end of the last whole batch
   * @param aborted undefined when everything is read
   */
  constructor(
    private readonly source: TopicPartition,
    private readonly bytes: Buffer,
    private readonly end: number,
    private readonly aborted: AbortedTransactions | undefined,
    private readonly checkCrcs: boolean,
  ) {}

  /** Bytes of the batches that were not looked at yet. */
  get size(): number {
    return this.end - this.at;
  }

  /**
   * Decodes the next batch; call it while there are bytes. Batches without records for the
   * application are to be skipped: control batches, those that compaction emptied, aborted ones,
   * and those wholly before the position.
   *
   * @param position first offset wanted
   * @throws UnreadableRecordsError
   */
  next(position: number): NextBatch {
    const { bytes, at, source } = this;
    let nextOffset: number | undefined;
    try {
      const size = this.checkCrcs
        ? validateBatch(bytes, at, this.end)
        : batchSizeAt(bytes, at, this.end);
      const batch = new RecordBatch(bytes, at);
      nextOffset = batch.nextOffset;
      const covered = this.aborted?.covers(batch) ?? false;
      this.at += size;
      const { leaderEpoch } = batch;
      const skip = { skippedTo: Math.max(position, nextOffset), leaderEpoch, bytes: size };
      if (covered || batch.isControl || nextOffset <= position) return skip;
      const records = wrap(source, batch, position);
      return records.length === 0 ? skip : new OpenBatch(records, position, nextOffset, size);
    } catch (error) {
      this.at = at;
      const readable = nextOffset !== undefined && nextOffset > position;
      throw new UnreadableRecordsError(source, position, readable ? nextOffset : undefined, error);
    }
  }
}

/** The records from the position on. */
function wrap({ topic, partition }: TopicPartition, batch: RecordBatch, position: number) {
  const decoded = recordsOf(batch.buffer, batch.position);
  let first = 0;
  while (first < decoded.length && decoded[first].offset < position) first++;
  const { leaderEpoch } = batch;
  const records = new Array<ConsumerRecord>(decoded.length - first);
  for (let index = 0; index < records.length; index++) {
    records[index] = new ConsumerRecord(topic, partition, leaderEpoch, decoded[first + index]);
  }
  return records;
}
