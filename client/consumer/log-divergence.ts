import type { AssignedPartition } from './assigned-partition';

/** Where an epoch ends in a leader's log; -1 when the log does not tell. */
export interface EpochEnd {
  /** The largest epoch of the log not above the one asked about. */
  readonly epoch: number;
  /** Offset behind its last record. */
  readonly endOffset: number;
}

/** The place from which the log of the leader is another one than what was read. */
export interface Divergence {
  /** At most the position; undefined when the log does not tell. */
  readonly offset: number | undefined;
  /** Epoch of the last record before it, -1 when unknown. */
  readonly epoch: number;
}

type Place = Pick<AssignedPartition, 'fetchOffset' | 'fetchedEpoch' | 'position' | 'positionEpoch'>;

/**
 * What it means for a partition that the leader's log ends the epoch of its last fetched record
 * there (KIP-320; SubscriptionState#maybeCompleteValidation in Kafka). A log without that epoch
 * lacks the record, however long it is.
 *
 * @returns `same`: all that was fetched is in the log. `refetch`: what was read is, what was fetched
 *   ahead is not. Else what was read is not.
 */
export function compareWithLog(
  { fetchOffset, fetchedEpoch, position, positionEpoch }: Place,
  { epoch, endOffset }: EpochEnd,
): 'same' | 'refetch' | Divergence {
  if (epoch < 0 || endOffset < 0) return { offset: undefined, epoch: -1 };
  if (epoch === fetchedEpoch && endOffset >= fetchOffset) return 'same';
  const read = position ?? fetchOffset;
  const isAhead = read < fetchOffset || positionEpoch !== fetchedEpoch;
  if (isAhead && endOffset >= read && epoch >= positionEpoch) return 'refetch';
  return { offset: Math.min(endOffset, read), epoch };
}
