import type { EpochEndOffset } from '../../log';
import { lastRecordEpoch, NO_EPOCH, type LogFacts } from './follower-position';

/** Why a follower's log was cut; the `why` of the log line `follower-truncated`. */
export type TruncationReason =
  /** The leader's log parts from it (KIP-101, KIP-279, KIP-595). */
  | 'diverging-epoch'
  /** It does not know the leader epochs of its records, and only what is committed is certain. */
  | 'epochs-unknown'
  /** It has more than the leader, and no epoch to compare by. */
  | 'beyond-leader-end'
  /** The leader has deleted what would come next. */
  | 'before-leader-start'
  /** It is empty, and the leader's first batch begins before the log start. */
  | 'start-inside-batch';

/** Cut the log so that it ends at an offset, or throw all away and start there. */
export interface Truncation {
  readonly kind: 'cut' | 'start-anew';
  readonly offset: number;
  readonly why: TruncationReason;
}

/**
 * What is to be cut before the first fetch under a leader epoch. Nothing, as a rule: the epoch of
 * the last record goes with the fetch, and the leader says where the logs part (KIP-595). Only a log
 * that does not know its epochs goes back to its high watermark: what lies above may be a branch
 * that was never committed.
 */
export function truncationBeforeFetch(log: LogFacts): Truncation | undefined {
  if (log.logEndOffset <= log.logStartOffset || lastRecordEpoch(log) !== NO_EPOCH) return undefined;
  return cut(log, log.highWatermark, 'epochs-unknown');
}

/**
 * Where to cut when the leader says that its log parts from this one: `diverging` is its largest
 * epoch not above the one asked about, and where that ends (KIP-279, Kafka's
 * AbstractFetcherThread.getOffsetTruncationState). When this log does not know that epoch, it is cut
 * to the end of its largest epoch below, and the next fetch asks about that one. Every round takes
 * an epoch away or is the last.
 *
 * @returns undefined when there is nothing to cut, which no sane leader brings about
 */
export function truncationAt(diverging: EpochEndOffset, log: LogFacts): Truncation | undefined {
  if (diverging.endOffset < 0) return cut(log, log.highWatermark, 'epochs-unknown');
  const own = log.epochEndOffset(diverging.leaderEpoch);
  let end = diverging.endOffset;
  if (own) {
    end = own.leaderEpoch === diverging.leaderEpoch ? Math.min(end, own.endOffset) : own.endOffset;
  }
  return cut(log, end, 'diverging-epoch');
}

/**
 * What to do when the leader has nothing at the offset asked for (Kafka's
 * AbstractFetcherThread.fetchOffsetAndTruncate). A leader that knows the epoch of this log's last
 * record would have told where the logs part, so this is about logs without epochs after an unclean
 * election, and about followers that were away until the leader had deleted what they need.
 */
export function truncationToLeaderRange(
  leader: { readonly startOffset: number; readonly endOffset: number },
  log: LogFacts,
): Truncation | undefined {
  if (leader.endOffset < log.logEndOffset) return cut(log, leader.endOffset, 'beyond-leader-end');
  if (leader.startOffset > log.logEndOffset) {
    return { kind: 'start-anew', offset: leader.startOffset, why: 'before-leader-start' };
  }
  return undefined;
}

/**
 * DeleteRecords may leave the leader's log start inside a batch, which is nevertheless sent as a
 * whole: an empty follower takes the batch's beginning for its own (KAFKA-6975).
 */
export function truncationForFirstBatch(
  firstOffset: number,
  nextOffset: number,
  log: LogFacts,
): Truncation | undefined {
  const { logStartOffset, logEndOffset } = log;
  if (logStartOffset !== logEndOffset) return undefined;
  if (firstOffset >= logEndOffset || nextOffset <= logEndOffset) return undefined;
  return { kind: 'start-anew', offset: firstOffset, why: 'start-inside-batch' };
}

function cut(log: LogFacts, offset: number, why: TruncationReason): Truncation | undefined {
  return offset < log.logEndOffset ? { kind: 'cut', offset, why } : undefined;
}
