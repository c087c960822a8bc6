import { join } from 'node:path';

/**
 * The files of a segment, by suffix. `.snapshot` is what was known of the idempotent producers where
 * the segment begins; `.txnindex` belongs to transactions.
 */
export const suffixes = {
  log: '.log',
  offsetIndex: '.index',
  timeIndex: '.timeindex',
  transactionIndex: '.txnindex',
  producerSnapshot: '.snapshot',
} as const;

/** What is put behind a file's name while it is on its way out or in. */
export const transientSuffixes = {
  /** Renamed, to be removed later. */
  deleted: '.deleted',
  /** Being written by compaction; worthless after a crash. */
  cleaned: '.cleaned',
  /** Completely written by compaction; takes its place after a crash. */
  swap: '.swap',
} as const;

/** `00000000000000000042.log`: the base offset with twenty digits and a suffix. */
export function segmentFileName(baseOffset: number, suffix: string): string {
  return String(baseOffset).padStart(20, '0') + suffix;
}

export function segmentPath(directory: string, baseOffset: number, suffix: string): string {
  return join(directory, segmentFileName(baseOffset, suffix));
}

/** A segment's file, taken apart. */
export interface SegmentFile {
  readonly name: string;
  readonly baseOffset: number;
  /** One of {@link suffixes}. */
  readonly suffix: string;
  /** One of {@link transientSuffixes}, or empty. */
  readonly transient: string;
}

const pattern =
  /^(\d{20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.deleted|\.cleaned|\.swap|)$/;

/** @returns undefined when the name is not that of a segment's file */
export function parseSegmentFile(name: string): SegmentFile | undefined {
  const [, offset, suffix = '', transient = ''] = pattern.exec(name) ?? [];
  if (offset === undefined) return undefined;
  return { name, baseOffset: Number(offset), suffix, transient };
}
