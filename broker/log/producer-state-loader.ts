import { join } from 'node:path';
import { describeError } from '../../client/runtime/error';
import { none } from '../../client/records/batch-layout';
import { scanHeaders } from './batch-scan';
import type { LogEnvironment } from './log-environment';
import { LogDirectoryError } from './log-error';
import { afterBatch, REMEMBERED_BATCHES, type ProducerState } from './producer-state';
import { decodeProducerSnapshot, readProducerSnapshot } from './producer-snapshot-file';
import { readInBackground } from './read-steps';
import type { Segment } from './segment';
import { parseSegmentFile, segmentFileName, suffixes } from './segment-names';

/**
 * How much of the log's end is read again for the batches that a snapshot does not keep, so that a
 * producer that repeats several batches to a broker that was restarted is understood.
 */
const WINDOW_BYTES = 1024 * 1024;

/** A log whose producers are to be found. */
export interface ProducerStateSearch {
  readonly partition: string;
  /** The partition's directory. */
  readonly path: string;
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /**
   * Snapshots of offsets above are of another log: of records that are gone, or of which nobody
   * knows whether they are the same. They are removed.
   */
  readonly trustedUpTo: number;
  /**
   * Whether a log without any snapshot had no producers, as is so after a clean stop; else all of it
   * is read.
   */
  readonly completeWithout: boolean;
}

/**
 * Finds out what a log holds of which producer: the newest snapshot that can be trusted, and the
 * headers of the batches after it. Snapshots that are of no more use are removed.
 */
export async function loadProducerStates(
  environment: LogEnvironment,
  search: ProducerStateSearch,
): Promise<ProducerState[]> {
  const { clock, files } = environment;
  const { segments } = search;
  const now = clock.monotonic();
  const snapshot = await newestSnapshot(environment, search, now);
  const states = new Map(snapshot?.states.map((state) => [state.producerId, state]));
  if (!snapshot && search.completeWithout) return [];
  const from = snapshot?.offset ?? 0;
  const start = await scanStart(environment, segments, from, states.size > 0);
  if (!start) return [...states.values()];

  const found = new Map<number, ProducerState>();
  for (const segment of segments) {
    if (segment.baseOffset < start.segment.baseOffset) continue;
    const position = segment === start.segment ? start.position : 0;
    const range = { path: segment.path, from: position, to: segment.writtenBytes };
    const steps = scanHeaders(range, (batch) => {
      const { producerId } = batch;
      if (producerId !== none) {
        found.set(producerId, afterBatch(found.get(producerId), batch, now));
      }
      return true;
    });
    await readInBackground(steps, files);
  }
  for (const state of found.values()) {
    const known = states.get(state.producerId);
    // What ended before the snapshot and is not in it had expired.
    const expired = !known && (state.batches.at(-1)?.lastOffset ?? from) < from;
    if (!expired) states.set(state.producerId, known ? joined(known, state) : state);
  }
  return [...states.values()];
}

/** Removes the snapshots of offsets above; returns the offsets of those left, newest first. */
export async function removeSnapshotsAbove(
  environment: LogEnvironment,
  path: string,
  offset: number,
): Promise<number[]> {
  const offsets = await snapshotOffsets(environment, path);
  await removeSnapshots(
    environment,
    path,
    offsets.filter((at) => at > offset),
  );
  return offsets.filter((at) => at <= offset);
}

/** What is known from before, and what was read, which reaches to the end of the log. */
function joined(known: ProducerState, read: ProducerState): ProducerState {
  if (known.epoch > read.epoch) return known;
  const first = read.batches[0];
  if (known.epoch < read.epoch) return read;
  const earlier = first
    ? known.batches.filter(({ lastOffset }) => lastOffset < first.firstOffset)
    : known.batches;
  return { ...read, batches: [...earlier, ...read.batches].slice(-REMEMBERED_BATCHES) };
}

async function newestSnapshot(
  environment: LogEnvironment,
  search: ProducerStateSearch,
  now: number,
): Promise<{ offset: number; states: ProducerState[] } | undefined> {
  const { path, segments, trustedUpTo } = search;
  const offsets = await removeSnapshotsAbove(environment, path, trustedUpTo);
  const bases = new Set(segments.map(({ baseOffset }) => baseOffset));
  const useless: number[] = [];
  let newest: { offset: number; states: ProducerState[] } | undefined;
  for (const offset of offsets) {
    if (newest) {
      if (!bases.has(offset)) useless.push(offset);
      continue;
    }
    const states = await readStates(environment, search, offset, now);
    if (states) newest = { offset, states };
    else useless.push(offset);
  }
  await removeSnapshots(environment, path, useless);
  return newest;
}

async function readStates(
  { fileSystem, logger }: LogEnvironment,
  { path, partition }: ProducerStateSearch,
  offset: number,
  now: number,
): Promise<ProducerState[] | undefined> {
  const file = snapshotPath(path, offset);
  try {
    const bytes = await readProducerSnapshot(fileSystem, file);
    return bytes && decodeProducerSnapshot(bytes, file, now);
  } catch (error) {
    if (!(error instanceof LogDirectoryError)) throw error;
    logger.warn(
      { event: 'producer-snapshot-malformed', partition, offset },
      `${describeError(error)} The producers of ${partition} are read from the log instead.`,
    );
    return undefined;
  }
}

/**
 * Where to start reading headers: at the snapshot, or earlier where that brings back the batches
 * that a snapshot does not keep. Undefined when there is nothing to read.
 */
async function scanStart(
  environment: LogEnvironment,
  segments: readonly Segment[],
  from: number,
  forWindows: boolean,
): Promise<{ segment: Segment; position: number } | undefined> {
  const { files } = environment;
  let start: { segment: Segment; position: number } | undefined;
  const holder = segments.filter(({ baseOffset }) => baseOffset <= from).at(-1) ?? segments[0];
  if (holder) {
    const found = await readInBackground(holder.findBatch(from), files);
    start = found && { segment: holder, position: found.position };
    // The snapshot is where a segment ends: whatever comes after is in the next one.
    const next = segments.find(({ baseOffset }) => baseOffset > holder.baseOffset);
    if (!start && next) start = { segment: next, position: 0 };
  }
  if (!forWindows) return start;
  let wanted = WINDOW_BYTES;
  for (const segment of [...segments].reverse()) {
    const skip = segment.writtenBytes - wanted;
    wanted -= segment.writtenBytes;
    if (skip < 0 && segment !== segments[0]) continue;
    const position = skip > 0 ? await readInBackground(segment.indexedBefore(skip), files) : 0;
    return !start || isBefore({ segment, position }, start) ? { segment, position } : start;
  }
  return start;
}

function isBefore(
  a: { segment: Segment; position: number },
  b: { segment: Segment; position: number },
): boolean {
  if (a.segment === b.segment) return a.position < b.position;
  return a.segment.baseOffset < b.segment.baseOffset;
}

/** Newest first. */
async function snapshotOffsets({ fileSystem }: LogEnvironment, path: string): Promise<number[]> {
  return (await fileSystem.readdir(path))
    .flatMap((name) => parseSegmentFile(name) ?? [])
    .filter(({ suffix, transient }) => suffix === suffixes.producerSnapshot && transient === '')
    .map(({ baseOffset }) => baseOffset)
    .sort((a, b) => b - a);
}

async function removeSnapshots(
  { fileSystem, files }: LogEnvironment,
  path: string,
  offsets: readonly number[],
): Promise<void> {
  if (offsets.length === 0) return;
  for (const offset of offsets) {
    files.forget(snapshotPath(path, offset));
    await fileSystem.unlink(snapshotPath(path, offset));
  }
  // One that came back after a power failure might be taken for one of the log of that time.
  await fileSystem.syncDirectory(path);
}

function snapshotPath(path: string, offset: number): string {
  return join(path, segmentFileName(offset, suffixes.producerSnapshot));
}
