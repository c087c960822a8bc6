/** Who an idempotent producer is to the brokers. Compared by reference: each is made once. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly epoch: number;
}

/** Epochs are 16 bits wide; after this one a new producer id is needed. */
const LAST_EPOCH = 0x7fff;

/** The same producer in its next epoch; undefined when there is none left. */
export function nextEpoch({ producerId, epoch }: ProducerIdentity): ProducerIdentity | undefined {
  return epoch === LAST_EPOCH ? undefined : { producerId, epoch: epoch + 1 };
}

/** What a batch is recognised by when it comes again. */
export interface Signature {
  readonly identity: ProducerIdentity;
  /** Sequence of its first record. */
  readonly baseSequence: number;
}

/** The sequence `count` records after another: sequences are 31 bits wide and begin again at 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000;
}
