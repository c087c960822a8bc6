import { InvalidProducerEpochError, OutOfOrderSequenceError } from './log-error';

/** How many batches of a producer are remembered; clients keep no more than this in flight. */
export const REMEMBERED_BATCHES = 5;

/** Stands for "no sequence" where a producer has no batch in its present epoch. */
export const NO_SEQUENCE = -1;

/** Sequences are 31 bits wide; after 2^31 - 1 they go on at 0. */
const SEQUENCES = 0x8000_0000;

/** A batch of an idempotent producer that is in the log. */
export interface SequencedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Its largest timestamp, ms since the epoch. */
  readonly timestamp: number;
}

/** What a log remembers of an idempotent producer. Never changed: appends make a new one. */
export interface ProducerState {
  readonly producerId: number;
  readonly epoch: number;
  /** The last batches of this epoch, {@link REMEMBERED_BATCHES} at most, oldest first. */
  readonly batches: readonly SequencedBatch[];
  /** When the producer last wrote, or was loaded, by the monotonic clock. */
  readonly lastSeenAt: number;
}

/** What a batch's header says of its producer; `RecordBatch` has it. */
export interface SignedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  readonly isControl: boolean;
}

/** The sequence `count` records after another. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count + SEQUENCES) % SEQUENCES;
}

/** Sequence of the producer's last record in its present epoch, or {@link NO_SEQUENCE}. */
export function lastSequenceOf(state: ProducerState): number {
  return state.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
}

/**
 * Decides about a batch that a producer sent (KIP-98; Kafka's `ProducerAppendInfo`). Of a producer
 * nothing is known of, any sequence is right: its state has expired, or went with its records.
 *
 * @returns the batch it repeats, exactly; undefined when it goes on where the producer had stopped
 * @throws InvalidProducerEpochError, OutOfOrderSequenceError
 */
export function admitBatch(
  state: ProducerState | undefined,
  { producerId, producerEpoch, baseSequence, lastSequence }: SignedBatch,
): SequencedBatch | undefined {
  if (!state) return undefined;
  if (producerEpoch < state.epoch) {
    throw new InvalidProducerEpochError(producerId, producerEpoch, state.epoch);
  }
  let expected = 0;
  if (producerEpoch === state.epoch) {
    const repeated = state.batches.find(
      (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
    );
    if (repeated) return repeated;
    expected = sequenceAfter(lastSequenceOf(state), 1);
  }
  if (baseSequence !== expected) {
    throw new OutOfOrderSequenceError(producerId, producerEpoch, baseSequence, expected);
  }
  return undefined;
}

/**
 * The state after a batch that is in the log, whoever put it there. A control batch ends a
 * transaction: it may carry a newer epoch, but no sequence.
 */
export function afterBatch(
  state: ProducerState | undefined,
  batch: SignedBatch,
  lastSeenAt: number,
): ProducerState {
  const { producerId, producerEpoch: epoch } = batch;
  const known = state?.epoch === epoch ? state.batches : [];
  if (batch.isControl) return { producerId, epoch, batches: known, lastSeenAt };
  const appended: SequencedBatch = {
    firstSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    firstOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    timestamp: batch.maxTimestamp,
  };
  const kept = known.length < REMEMBERED_BATCHES ? known : known.slice(1 - REMEMBERED_BATCHES);
  return { producerId, epoch, batches: [...kept, appended], lastSeenAt };
}
