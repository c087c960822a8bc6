import { describeError } from '../../client/runtime/error';
import type { FileReaper } from './file-reaper';
import { LeaderEpochCache, LeaderEpochCheckpoint } from './leader-epoch-cache';
import { tidyDirectory } from './leftover-files';
import { isCompacted, type LogConfig } from './log-config';
import type { LogEnvironment } from './log-environment';
import { recoverLog, rebuildEpochs, type FoundSegment, type RecoveryCut } from './log-recovery';
import type { LoadedLog } from './log-state';
import { OffsetIndex } from './offset-index';
import { readTopicId } from './partition-metadata';
import { readInBackground } from './read-steps';
import { Segment } from './segment';
import { segmentFileName, segmentPath, suffixes, type SegmentFile } from './segment-names';
import { TimeIndex } from './time-index';
import { loadProducerStates } from './producer-state-loader';
import { partitionName, type TopicPartition } from './topic-partition';

/** A partition's directory and what the checkpoints say of it. */
export interface LoadRequest {
  readonly topicPartition: TopicPartition;
  readonly logDir: string;
  readonly path: string;
  readonly config: LogConfig;
  /** Whether the log directory was left in order. */
  readonly clean: boolean;
  /** From `recovery-point-offset-checkpoint`; 0 when it has no entry. */
  readonly recoveryPoint: number;
  /** From `log-start-offset-checkpoint`; 0 when it has no entry. */
  readonly logStartOffset: number;
  /** From `replication-offset-checkpoint`; 0 when it has no entry. */
  readonly highWatermark: number;
  /** From `cleaner-offset-checkpoint`; undefined when it has no entry. */
  readonly cleanedUpTo: number | undefined;
}

/** A log ready to be opened, and what had to be cut. */
export interface LoadResult {
  readonly log: LoadedLog;
  readonly cuts: readonly RecoveryCut[];
}

/** Loads a partition's directory, recovering it where it needs to be. */
export async function loadLog(
  environment: LogEnvironment,
  reaper: FileReaper,
  request: LoadRequest,
): Promise<LoadResult> {
  const { path, config, topicPartition } = request;
  const files = await tidyDirectory(environment, path);
  const found = await findSegments(environment, path, files);
  const checkpoint = new LeaderEpochCheckpoint(environment.fileSystem, path);
  const stored = await checkpoint.read().catch((error: unknown) => {
    environment.logger.warn(
      { event: 'checkpoint-unreadable', path },
      `${describeError(error)} The leader epochs are read from the log instead.`,
    );
    return undefined;
  });
  const epochs = new LeaderEpochCache([...(stored ?? [])]);
  const recovered = await recoverLog(environment, {
    partition: partitionName(topicPartition),
    found,
    epochs,
    config,
    recoveryPoint: request.recoveryPoint,
    clean: request.clean,
    dense: !isCompacted(config) && request.cleanedUpTo === undefined,
  });
  const discard = (segments: readonly Segment[]) => {
    for (const segment of segments) {
      reaper.removeFiles(segment.markDeleted(), config.fileDeleteDelayMs);
    }
  };
  discard(recovered.removed);

  let { segments, logEndOffset } = recovered;
  const behind = logEndOffset < request.logStartOffset;
  const startsAnew = segments.length === 0 || behind;
  if (startsAnew) {
    if (behind && segments.length > 0) logBehind(environment, request, logEndOffset);
    discard([...segments].reverse());
    segments = [Segment.create(environment, path, request.logStartOffset)];
    logEndOffset = request.logStartOffset;
    epochs.clear();
  }
  const logStartOffset = Math.max(request.logStartOffset, segments[0]?.baseOffset ?? 0);
  if (!stored?.length && logEndOffset > logStartOffset) {
    await rebuildEpochs(environment, segments, epochs);
  }
  epochs.truncateFromEnd(logEndOffset);
  epochs.truncateFromStart(logStartOffset);
  if (stored === undefined || changed(stored, epochs.entries)) {
    await checkpoint.write(epochs.entries);
  }
  const untouched = request.clean && recovered.cuts.length === 0;
  const recoveryPoint = untouched ? logEndOffset : Math.min(request.recoveryPoint, logEndOffset);
  const producers = await loadProducerStates(environment, {
    partition: partitionName(topicPartition),
    path,
    segments,
    trustedUpTo: startsAnew ? -1 : recoveryPoint,
    completeWithout: untouched,
  });
  return {
    cuts: recovered.cuts,
    log: {
      topicPartition,
      topicId: await topicIdOf(environment, path),
      logDir: request.logDir,
      path,
      config,
      segments,
      epochs: epochs.entries,
      producers,
      logStartOffset,
      logEndOffset,
      recoveryPoint,
      highWatermark: request.highWatermark,
      cleanedUpTo: request.cleanedUpTo && Math.min(request.cleanedUpTo, logEndOffset),
    },
  };
}

async function findSegments(
  environment: LogEnvironment,
  path: string,
  files: readonly SegmentFile[],
): Promise<FoundSegment[]> {
  const { fileSystem } = environment;
  const names = new Set(files.map(({ name }) => name));
  const sizeOf = async (baseOffset: number, suffix: string) => {
    if (!names.has(segmentFileName(baseOffset, suffix))) return undefined;
    return fileSystem.stat(segmentPath(path, baseOffset, suffix));
  };
  const offsets = files
    .filter(({ suffix }) => suffix === suffixes.log)
    .map(({ baseOffset }) => baseOffset)
    .sort((a, b) => a - b);
  const found: FoundSegment[] = [];
  for (const baseOffset of offsets) {
    const log = await sizeOf(baseOffset, suffixes.log);
    const offsetIndex = (await sizeOf(baseOffset, suffixes.offsetIndex))?.size;
    const timeIndex = (await sizeOf(baseOffset, suffixes.timeIndex))?.size;
    if (!log) continue;
    const segment = new Segment(environment, path, baseOffset, {
      log: log.size,
      offsetIndex: offsetIndex ?? 0,
      timeIndex: timeIndex ?? 0,
      mtimeMs: log.mtimeMs,
    });
    let indexProblem: string | undefined;
    const indexed = (offsetIndex ?? 0) + (timeIndex ?? 0) > 0;
    if (log.size === 0) indexProblem = indexed ? 'the indexes are of other data' : undefined;
    else if (offsetIndex === undefined) indexProblem = 'the offset index is missing';
    else if (timeIndex === undefined) indexProblem = 'the time index is missing';
    else if (!OffsetIndex.isWholeSize(offsetIndex)) indexProblem = 'the offset index is cut';
    else if (!TimeIndex.isWholeSize(timeIndex)) indexProblem = 'the time index is cut';
    else indexProblem = await readInBackground(segment.indexProblem(), environment.files);
    found.push({ segment, indexProblem });
  }
  return found;
}

async function topicIdOf(environment: LogEnvironment, path: string): Promise<string | undefined> {
  try {
    return await readTopicId(environment.fileSystem, path);
  } catch (error) {
    environment.logger.warn(
      { event: 'topic-id-unreadable', path },
      `${describeError(error)} It is written anew when the controller names the topic id.`,
    );
    return undefined;
  }
}

function logBehind(environment: LogEnvironment, request: LoadRequest, logEndOffset: number): void {
  const { topicPartition, logStartOffset } = request;
  const partition = partitionName(topicPartition);
  environment.logger.warn(
    {
      event: 'log-recovered',
      partition,
      offset: logStartOffset,
      reason: 'log end below log start',
    },
    `${partition} ends at ${logEndOffset}, below its log start ${logStartOffset}: starting anew there.`,
  );
}

function changed(
  before: readonly { epoch: number; startOffset: number }[],
  after: readonly { epoch: number; startOffset: number }[],
): boolean {
  return (
    before.length !== after.length ||
    before.some(
      ({ epoch, startOffset }, index) =>
        epoch !== after[index]?.epoch || startOffset !== after[index]?.startOffset,
    )
  );
}
