import type { ProducerBatch } from './producer-batch';
import { nextEpoch, sequenceAfter, type ProducerIdentity } from './producer-identity';

/**
 * The numbering of an idempotent producer's records in one partition. A batch gets its sequence when
 * it is first sent and keeps it, so that the broker knows it when it comes again.
 *
 * When a number can never arrive, the broker takes nothing that follows. Then numbering starts anew
 * in the next epoch, in this partition alone: brokers keep a producer's epoch by partition. What was
 * refused is numbered again; what may have been accepted is not, since it would be accepted twice.
 */
export class PartitionSequence {
  /** Undefined before the first batch, and when a new producer id is needed. */
  identity: ProducerIdentity | undefined;
  private next = 0;
  private known = false;

  /**
   * Whether a broker has accepted something under the present identity. From a producer that it does
   * not know a broker takes any sequence: if the first batch were refused and the second, in flight
   * behind it, accepted, the first could not be repeated in order. So nothing follows the first batch
   * before it is acknowledged.
   */
  get isKnown(): boolean {
    return this.known;
  }

  /** A batch has arrived. */
  delivered(batch: ProducerBatch): void {
    if (this.isCurrent(batch)) this.known = true;
  }

  /** Whether the batch was numbered under the present identity. */
  isCurrent({ signature }: ProducerBatch): boolean {
    return signature !== undefined && signature.identity === this.identity;
  }

  /**
   * Signs a batch that is about to be sent.
   *
   * @param identity taken on if there is none
   * @returns false when it must not be sent any more: it may be in the log under a former identity
   */
  sign(batch: ProducerBatch, identity: ProducerIdentity): boolean {
    this.identity ??= identity;
    if (this.isCurrent(batch)) return true;
    if (batch.signature && batch.uncertain) return false;
    batch.sign({ identity: this.identity, baseSequence: this.next });
    this.next = sequenceAfter(this.next, batch.recordCount);
    return true;
  }

  /**
   * Starts anew, in the next epoch.
   *
   * @returns the new identity; undefined when a new producer id is needed for it
   */
  startAnew(): ProducerIdentity | undefined {
    const next = this.identity && nextEpoch(this.identity);
    this.forgetIdentity();
    this.identity = next;
    return next;
  }

  /** Starts anew under another producer id. */
  forgetIdentity(): void {
    this.next = 0;
    this.known = false;
    this.identity = undefined;
  }
}
