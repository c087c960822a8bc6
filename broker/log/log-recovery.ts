import type { Logger } from '../../client/runtime/logger';
import type { RecordBatch } from '../../client/records';
import { scanHeaders } from './batch-scan';
import type { LeaderEpochCache } from './leader-epoch-cache';
import type { LogConfig } from './log-config';
import type { LogEnvironment } from './log-environment';
import { readInBackground } from './read-steps';
import type { Segment } from './segment';

/** What recovery took out of a log. Logged as event `log-recovered`. */
export interface RecoveryCut {
  readonly partition: string;
  /** The log (or the segment) ends here now. */
  readonly offset: number;
  readonly segment: number;
  readonly position: number;
  readonly bytesCut: number;
  readonly segmentsRemoved: number;
  readonly reason: string;
}

/** A loaded segment, and whether its indexes can be used as they are. */
export interface FoundSegment {
  readonly segment: Segment;
  readonly indexProblem: string | undefined;
}

/** What to check, and by which knowledge. */
export interface RecoveryTask {
  readonly partition: string;
  /** Oldest first. */
  readonly found: readonly FoundSegment[];
  readonly epochs: LeaderEpochCache;
  readonly config: LogConfig;
  /** Everything below is on disk for certain. */
  readonly recoveryPoint: number;
  /** The directory was left in order; only what is evidently wrong is looked at. */
  readonly clean: boolean;
  /** Whether no offset is missing, as in a log that has never been compacted. */
  readonly dense: boolean;
}

/** The log after recovery. */
export interface RecoveredLog {
  readonly segments: readonly Segment[];
  /** Removed, newest first; their files are the caller's business. */
  readonly removed: readonly Segment[];
  readonly logEndOffset: number;
  readonly cuts: readonly RecoveryCut[];
}

/**
 * Brings a log back to a prefix of what was appended, ending on a whole batch (Kafka's LogLoader).
 *
 * Segments that reach above the recovery point are read batch by batch; the first thing that is
 * wrong ends the log there, and all later segments go. Segments below it are trusted: if one has
 * lost an index the index is built anew, and damage found on the way cuts only that segment. After a
 * clean stop only the tail of the last segment is read.
 */
export async function recoverLog(
  environment: LogEnvironment,
  task: RecoveryTask,
): Promise<RecoveredLog> {
  const { files, logger } = environment;
  const { found, config, partition } = task;
  const kept: Segment[] = [];
  const cuts: RecoveryCut[] = [];
  const visit = (batch: RecordBatch) => noteEpoch(task.epochs, batch);

  for (const [index, { segment, indexProblem }] of found.entries()) {
    const next = found[index + 1]?.segment;
    const unflushed = !task.clean && (next === undefined || next.baseOffset > task.recoveryPoint);
    kept.push(segment);
    if (!unflushed && indexProblem === undefined) continue;
    if (indexProblem !== undefined) logRebuild(logger, partition, segment, indexProblem);
    const end = await readInBackground(
      segment.rebuild(config.indexIntervalBytes, task.dense, visit),
      files,
    );
    const problem = end.problem ?? gapProblem(end.nextOffset, next, task, unflushed);
    if (problem === undefined) {
      if (next) segment.seal();
      continue;
    }
    const bytesCut = segment.writtenBytes - end.position;
    await readInBackground(segment.cutAt(end.position, end.nextOffset), files);
    const removed = unflushed ? found.slice(index + 1).map((later) => later.segment) : [];
    cuts.push(
      report(logger, {
        partition,
        offset: end.nextOffset,
        segment: segment.baseOffset,
        position: end.position,
        bytesCut: bytesCut + removed.reduce((sum, later) => sum + later.writtenBytes, 0),
        segmentsRemoved: removed.length,
        reason: problem,
      }),
    );
    if (unflushed) {
      const logEndOffset = end.nextOffset;
      return { segments: kept, removed: removed.reverse(), logEndOffset, cuts };
    }
    if (next) segment.seal();
  }
  const logEndOffset = await findLogEnd(environment, task, kept, cuts);
  return { segments: kept, removed: [], logEndOffset, cuts };
}

/**
 * Whether a segment fits the next one. It must not reach into it; and where nothing was flushed yet
 * it must reach up to it, else what lay between is lost. Compaction leaves gaps, though.
 */
function gapProblem(
  nextOffset: number,
  next: Segment | undefined,
  task: RecoveryTask,
  unflushed: boolean,
): string | undefined {
  if (!next || nextOffset === next.baseOffset) return undefined;
  if (nextOffset > next.baseOffset) return 'overlaps the next segment';
  if (!unflushed || !task.dense) return undefined;
  return `ends at ${nextOffset}, but the next segment begins at ${next.baseOffset}`;
}

/** Reads the tail of the last segment; a torn one, which no clean stop leaves, is cut. */
async function findLogEnd(
  environment: LogEnvironment,
  task: RecoveryTask,
  kept: readonly Segment[],
  cuts: RecoveryCut[],
): Promise<number> {
  const { files, logger } = environment;
  const active = kept.at(-1);
  if (!active) return 0;
  let tail = await readInBackground(active.tail(task.dense), files);
  if (tail.problem === undefined) return tail.nextOffset;
  const { indexIntervalBytes } = task.config;
  const visit = (batch: RecordBatch) => noteEpoch(task.epochs, batch);
  tail = await readInBackground(active.rebuild(indexIntervalBytes, task.dense, visit), files);
  const bytesCut = active.writtenBytes - tail.position;
  await readInBackground(active.cutAt(tail.position, tail.nextOffset), files);
  cuts.push(
    report(logger, {
      partition: task.partition,
      offset: tail.nextOffset,
      segment: active.baseOffset,
      position: tail.position,
      bytesCut,
      segmentsRemoved: 0,
      reason: tail.problem ?? 'damaged',
    }),
  );
  return tail.nextOffset;
}

/** Finds the leader epochs of a log again by reading all batch headers. */
export async function rebuildEpochs(
  environment: LogEnvironment,
  segments: readonly Segment[],
  epochs: LeaderEpochCache,
): Promise<void> {
  for (const segment of segments) {
    const range = { path: segment.path, from: 0, to: segment.writtenBytes };
    const steps = scanHeaders(range, (batch) => {
      noteEpoch(epochs, batch);
      return true;
    });
    await readInBackground(steps, environment.files);
  }
}

/** The epoch checkpoint may lag behind the log: what the batches say is right. */
function noteEpoch(epochs: LeaderEpochCache, batch: RecordBatch): void {
  const { leaderEpoch, baseOffset } = batch;
  if (leaderEpoch < 0 || epochs.epochForOffset(baseOffset) === leaderEpoch) return;
  epochs.assign(leaderEpoch, baseOffset);
}

function logRebuild(logger: Logger, partition: string, segment: Segment, problem: string): void {
  logger.warn(
    { event: 'index-rebuilt', partition, baseOffset: segment.baseOffset, reason: problem },
    `Building the indexes of segment ${segment.baseOffset} of ${partition} anew: ${problem}.`,
  );
}

function report(logger: Logger, cut: RecoveryCut): RecoveryCut {
  const { partition, offset, bytesCut, segmentsRemoved, reason } = cut;
  const segments = segmentsRemoved === 0 ? '' : `, ${segmentsRemoved} later segments with them`;
  logger.warn(
    { event: 'log-recovered', ...cut },
    `Cut ${partition} at offset ${offset}: ${bytesCut} bytes${segments} (${reason}).`,
  );
  return cut;
}
