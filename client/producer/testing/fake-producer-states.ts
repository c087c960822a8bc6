import { ErrorCode } from '../../protocol/error-codes';
import type { RecordBatch } from '../../records';

interface Appended {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly baseOffset: number;
}

/** What a fake broker remembers of the idempotent producers of one partition, as Kafka does. */
export class FakeProducerStates {
  private readonly byId = new Map<number, Appended[]>();

  /** @returns an error code, or the offset of the batch that this one repeats */
  check(batch: RecordBatch): { errorCode: number; repeats?: number } {
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch;
    const known = this.byId.get(producerId);
    const last = known?.at(-1);
    if (producerId < 0 || !known || !last) return { errorCode: 0 };
    if (producerEpoch < last.epoch) return { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH };
    const ofEpoch = known.filter(({ epoch }) => epoch === producerEpoch).slice(-5);
    const same = ofEpoch.find(
      ({ first, last: end }) => first === baseSequence && end === lastSequence,
    );
    if (same) return { errorCode: 0, repeats: same.baseOffset };
    const next = producerEpoch > last.epoch ? 0 : (last.last + 1) % 2 ** 31;
    if (baseSequence === next) return { errorCode: 0 };
    return { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };
  }

  appended(batch: RecordBatch, baseOffset: number): void {
    const { producerId, producerEpoch: epoch, baseSequence: first, lastSequence: last } = batch;
    const known = this.byId.get(producerId) ?? [];
    known.push({ epoch, first, last, baseOffset });
    this.byId.set(producerId, known);
  }

  /** The log was cut: what came from an offset on is not known any more. */
  truncate(offset: number): void {
    for (const [id, known] of this.byId) {
      this.byId.set(
        id,
        known.filter(({ baseOffset }) => baseOffset < offset),
      );
    }
  }

  /** As after a restart from a snapshot: only the last batch of each producer is known. */
  loseWindows(): void {
    for (const [id, known] of this.byId) this.byId.set(id, known.slice(-1));
  }
}
