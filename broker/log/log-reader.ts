import { RecordBatch } from '../../client/records';
import { recordsAt } from '../../client/records/batch-layout';
import { headerProblem } from './batch-scan';
import { OffsetOutOfRangeError } from './log-error';
import type { LogState } from './log-state';
import type { ReadBufferPool } from './read-buffer-pool';
import { readNow, type ReadSteps } from './read-steps';
import type { Segment } from './segment';
import type { SegmentList } from './segment-list';
import { SharedRead, type ReadRequest } from './shared-read';
import { readSteadily } from './steady-read';
import type { LogReadResult } from './types';

/** A place to read from: the batch that starts at `position`, or a later one, holds the offset. */
interface Place {
  readonly segment: Segment;
  readonly position: number;
  /** Last offset of the batch there, when an index entry says so. */
  readonly entryOffset: number | undefined;
}

type Hints = Map<number, { readonly segment: Segment; readonly position: number }>;

/** Reads remembered per log: as many consumers go on where they stopped without an index lookup. */
const MAX_HINTS = 16;
/** The first read of a small fetch, in bytes: room for the batches skipped on the way. */
const MIN_READ = 4096;

const nothing = Buffer.alloc(0);
const noRelease = () => {};

/** Finds batches by offset and reads them whole. */
export class LogReader {
  /**
   * Where the read that ended at an offset stopped. Replaced when they are forgotten: a read under
   * way goes on with those it has begun with, so that nothing it has seen of a log that has been cut
   * since misleads those who read what is written there now.
   */
  private hints: Hints = new Map();
  /** The last read, for others who ask for the same. */
  private latestRead: SharedRead | undefined;

  constructor(
    private readonly state: LogState,
    /** The index of a segment points at something that is not there. */
    private readonly indexFoundWrong: (segment: Segment) => void,
  ) {}

  private get segments(): SegmentList {
    return this.state.segments;
  }

  private get buffers(): ReadBufferPool {
    return this.state.environment.readBuffers;
  }

  /**
   * @param warm whether the bytes are in the page cache for certain
   * @param upToOffset no batch that reaches it is returned
   * @throws OffsetOutOfRangeError
   */
  read(
    startOffset: number,
    maxBytes: number,
    upToOffset: number,
    minOneBatch: boolean,
    warm: boolean,
  ): LogReadResult | Promise<LogReadResult> {
    this.checkRange(startOffset);
    const bound = Math.min(upToOffset, this.state.readableEnd);
    if (startOffset >= bound) return emptyRead(startOffset);
    if (warm) return this.readWarm({ startOffset, maxBytes, bound, minOneBatch });
    const start = () => {
      this.checkRange(startOffset);
      const boundNow = Math.min(upToOffset, this.state.readableEnd);
      return this.steps({ startOffset, maxBytes, bound: boundNow, minOneBatch });
    };
    return readSteadily(this.state, start, (result) => result.release());
  }

  forgetHints(): void {
    this.hints = new Map();
    this.latestRead = undefined;
  }

  /**
   * Bytes between two offsets, at least 1 if there are any: exact up to the end of what is written,
   * else to the precision of the index.
   */
  *estimateBytes(from: number, to: number): ReadSteps<number> {
    if (from >= to) return 0;
    const { hints } = this;
    const begin = yield* this.find(from, hints);
    const end = to >= this.state.readableEnd ? this.writtenEnd() : yield* this.find(to, hints);
    let sum = end.position - begin.position;
    for (let at: Segment | undefined = begin.segment; at && at !== end.segment;) {
      sum += at.writtenBytes;
      at = this.segments.after(at);
    }
    return Math.max(1, sum);
  }

  private writtenEnd(): Pick<Place, 'segment' | 'position'> {
    const segment = this.segments.floor(Math.max(0, this.state.readableEnd - 1));
    return { segment, position: segment.writtenBytes };
  }

  private checkRange(offset: number): void {
    const { name, startOffset, nextOffset } = this.state;
    if (offset < startOffset || offset > nextOffset) {
      throw new OffsetOutOfRangeError(name, offset, startOffset, nextOffset);
    }
  }

  private readWarm(request: ReadRequest): LogReadResult {
    if (this.latestRead?.answers(request)) return this.latestRead.lend();
    const result = readNow(this.steps(request), this.state.environment.files);
    this.latestRead = new SharedRead(request, result);
    return this.latestRead.lend();
  }

  private *steps(request: ReadRequest): ReadSteps<LogReadResult> {
    const { startOffset, bound } = request;
    if (startOffset >= bound) return emptyRead(startOffset);
    const { hints } = this;
    let place: Place | undefined = yield* this.find(startOffset, hints);
    while (place) {
      const found = yield* this.readAt(place, request, hints);
      if (found) return found;
      // The rest of the segment lies before the offset: compaction has left a gap at its end.
      const segment = this.segments.after(place.segment);
      place = segment && { segment, position: 0, entryOffset: undefined };
    }
    return emptyRead(startOffset);
  }

  private *find(offset: number, hints: Hints): ReadSteps<Place> {
    const segment = this.segments.floor(offset);
    const hint = hints.get(offset);
    if (hint?.segment === segment && hint.position < segment.writtenBytes) {
      return { segment, position: hint.position, entryOffset: undefined };
    }
    const entry = yield* segment.offsetIndex.lookup(offset);
    return { segment, position: entry?.position ?? 0, entryOffset: entry?.offset };
  }

  /** Reads from one segment; undefined when it holds nothing at or after the offset. */
  private *readAt(
    place: Place,
    { startOffset, bound, minOneBatch, ...request }: ReadRequest,
    hints: Hints,
  ): ReadSteps<LogReadResult | undefined> {
    const { segment } = place;
    let { position, entryOffset } = place;
    let { maxBytes } = request;
    let wanted = Math.max(maxBytes, MIN_READ);
    for (;;) {
      const room = segment.writtenBytes - position;
      if (room <= 0 && entryOffset === undefined) return undefined;
      const length = Math.max(0, Math.min(wanted, room));
      const buffer = this.buffers.take(length);
      const target = buffer.subarray(0, length);
      const filled = length && (yield { path: segment.path, position, buffer: target });

      if (entryOffset !== undefined && !startsWithBatch(target, filled, room, entryOffset)) {
        this.buffers.give(buffer);
        this.indexFoundWrong(segment);
        position = 0;
        entryOffset = undefined;
        continue;
      }
      entryOffset = undefined;
      const cut = cutBatches(target.subarray(0, filled), startOffset, maxBytes, bound);
      if (cut.to > cut.from) {
        remember(hints, cut.nextOffset, { segment, position: position + cut.to });
        return {
          records: target.subarray(cut.from, cut.to),
          firstOffset: cut.firstOffset,
          nextOffset: cut.nextOffset,
          release: once(() => this.buffers.give(buffer)),
        };
      }
      this.buffers.give(buffer);
      if (cut.pastBound) return emptyRead(startOffset);
      if (cut.firstSize > 0) {
        // One batch, larger than what was asked for or than what was read.
        if (!minOneBatch && cut.firstSize > maxBytes) return emptyRead(startOffset);
        if (cut.firstSize > room - cut.from) return undefined;
        wanted = cut.firstSize;
      } else if (filled < length || (cut.from === 0 && length === room)) {
        return undefined;
      }
      maxBytes = Math.max(maxBytes, cut.firstSize);
      position += cut.from;
    }
  }
}

/** What of a piece of the file is to be returned. */
export interface BatchCut {
  /** Position of the first batch that reaches the start offset; before it lie batches to skip. */
  readonly from: number;
  /** Position after the last batch; `from` when no whole batch fits. */
  readonly to: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** Size of the batch at `from` when its header is there but it is not returned; else 0. */
  readonly firstSize: number;
  /** Whether the batch at `from` reaches the bound. */
  readonly pastBound: boolean;
}

/**
 * Chooses the batches to return from a piece of a file that starts with a batch: those that reach
 * `startOffset`, end below `bound`, and fit in `maxBytes` together.
 */
export function cutBatches(
  bytes: Buffer,
  startOffset: number,
  maxBytes: number,
  bound: number,
): BatchCut {
  let from = 0;
  let to = 0;
  let firstOffset = startOffset;
  let nextOffset = startOffset;
  let firstSize = 0;
  let pastBound = false;
  while (to + recordsAt <= bytes.length) {
    const batch = new RecordBatch(bytes, to);
    const size = Math.max(recordsAt, batch.sizeInBytes);
    const { lastOffset } = batch;
    if (lastOffset < startOffset) {
      to += size;
      from = to;
      continue;
    }
    if (lastOffset >= bound) {
      pastBound = from === to;
      break;
    }
    if (to + size > bytes.length || to + size - from > maxBytes) {
      if (from === to) firstSize = size;
      break;
    }
    if (from === to) firstOffset = batch.baseOffset;
    nextOffset = lastOffset + 1;
    to += size;
  }
  return { from, to, firstOffset, nextOffset, firstSize, pastBound };
}

function remember(hints: Hints, offset: number, place: { segment: Segment; position: number }) {
  hints.delete(offset);
  hints.set(offset, place);
  if (hints.size <= MAX_HINTS) return;
  const oldest = hints.keys().next();
  if (!oldest.done) hints.delete(oldest.value);
}

export function emptyRead(offset: number): LogReadResult {
  return { records: nothing, firstOffset: offset, nextOffset: offset, release: noRelease };
}

function startsWithBatch(bytes: Buffer, filled: number, room: number, lastOffset: number): boolean {
  if (filled < recordsAt) return false;
  const batch = new RecordBatch(bytes, 0);
  return headerProblem(batch, room) === undefined && batch.lastOffset === lastOffset;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
