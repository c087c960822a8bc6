import type { EpochEndOffset, Log } from '../log';

/**
 * Where a leader epoch ends in the leader's log: the largest epoch not above the one asked for, and
 * its end (KIP-101, KIP-279). A leader knows its own epoch before it serves; an epoch newer than
 * that is from a history that the cluster has given up, and what both share ends with the leader's.
 *
 * @returns undefined when the question has no epoch
 */
export function endOfEpoch(log: Log, epoch: number): EpochEndOffset | undefined {
  if (epoch < 0) return undefined;
  const { latestEpoch, logEndOffset } = log;
  if (latestEpoch !== undefined && epoch > latestEpoch) {
    return { leaderEpoch: latestEpoch, endOffset: logEndOffset };
  }
  return log.epochEndOffset(epoch);
}

/**
 * Whether a reader's log parts from this one before the offset it has come to, and where (KIP-595).
 *
 * @param lastFetchedEpoch epoch of the last record the reader has, -1 for none
 */
export function divergence(
  log: Log,
  lastFetchedEpoch: number,
  fetchOffset: number,
): EpochEndOffset | undefined {
  // The usual case, looked at for each partition of each fetch.
  if (lastFetchedEpoch === log.latestEpoch && fetchOffset <= log.logEndOffset) return undefined;
  const end = endOfEpoch(log, lastFetchedEpoch);
  if (!end) return undefined;
  const agrees = end.leaderEpoch === lastFetchedEpoch && end.endOffset >= fetchOffset;
  return agrees ? undefined : end;
}
