import { controlRecord, recordsOf, type RecordBatch } from '../records';

/** As a Fetch response tells it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * Tells which batches of one response belong to aborted transactions. Batches are given in order of
 * their offsets. (KIP-98, "Discarding aborted transactional messages".)
 */
export class AbortedTransactions {
  private readonly waiting: AbortedTransaction[];
  private readonly open = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.waiting = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset);
  }

  /** Whether the records of this batch must not be handed out. */
  covers(batch: RecordBatch): boolean {
    while (this.waiting.length > 0 && this.waiting[0].firstOffset <= batch.lastOffset) {
      const [{ producerId }] = this.waiting.splice(0, 1);
      this.open.add(producerId);
    }
    if (!batch.isTransactional || this.open.size === 0) return false;
    if (batch.isControl) {
      if (endsWithAbort(batch)) this.open.delete(batch.producerId);
      return false;
    }
    return this.open.has(batch.producerId);
  }
}

function endsWithAbort(batch: RecordBatch): boolean {
  const marker = recordsOf(batch.buffer, batch.position).map(controlRecord)[0];
  return marker?.result === 'ABORT';
}
