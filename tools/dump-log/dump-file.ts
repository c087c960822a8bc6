import { basename, dirname } from 'node:path';
import { parseSegmentFile, segmentPath, suffixes } from '../../broker/log/segment-names';
import type { DumpContext } from './dump-context';
import { dumpOffsetIndex, type IndexDump } from './dump-offset-index';
import { dumpProducerSnapshot } from './dump-producer-snapshot';
import { dumpSegment, type SegmentDump } from './dump-segment';
import { dumpTimeIndex } from './dump-time-index';
import { dumpTransactionIndex } from './dump-transaction-index';

export type DumpOptions = SegmentDump & IndexDump;

/** A file whose name says what it is. */
interface NamedFile {
  readonly path: string;
  readonly baseOffset: number;
  /** Another file of the same segment. */
  sibling(suffix: string): string;
}

type Dump = (file: NamedFile, options: DumpOptions, context: DumpContext) => Promise<void>;

const dumps: Readonly<Record<string, Dump>> = {
  [suffixes.log]: ({ path, baseOffset }, options, context) =>
    dumpSegment(path, baseOffset, options, context),
  [suffixes.offsetIndex]: ({ path, baseOffset, sibling }, options, context) =>
    dumpOffsetIndex(path, sibling(suffixes.log), baseOffset, options, context),
  [suffixes.timeIndex]: ({ path, baseOffset, sibling }, options, context) =>
    dumpTimeIndex(
      path,
      { log: sibling(suffixes.log), offsetIndex: sibling(suffixes.offsetIndex) },
      baseOffset,
      options,
      context,
    ),
  [suffixes.producerSnapshot]: ({ path }, _options, context) => dumpProducerSnapshot(path, context),
  [suffixes.transactionIndex]: ({ path }, _options, context) => dumpTransactionIndex(path, context),
};

/**
 * Prints one file, by the kind its name says; also one that is on its way out or in, such as
 * `00000000000000000000.log.deleted`.
 *
 * @returns false when the name says nothing
 * @throws DumpLogError when the file, or one next to it that is needed, cannot be read
 */
export async function dumpFile(
  path: string,
  options: DumpOptions,
  context: DumpContext,
): Promise<boolean> {
  const named = parseSegmentFile(basename(path));
  if (!named) return false;
  const { baseOffset, suffix, transient } = named;
  const sibling = (other: string): string =>
    segmentPath(dirname(path), baseOffset, other) + transient;
  await dumps[suffix]!({ path, baseOffset, sibling }, options, context);
  return true;
}
