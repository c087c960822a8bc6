import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batchesOf, type RecordBatch } from '../../client/records';

/** A segment of a stopped broker. */
export interface SegmentFiles {
  readonly baseOffset: number;
  /** Path with a suffix: `.log`, `.index`, … */
  path(suffix: string): string;
  readonly batches: readonly RecordBatch[];
}

/** The files of one partition of a stopped broker, as they are before the damage. */
export class PartitionFiles {
  readonly segments: readonly SegmentFiles[];

  constructor(readonly directory: string) {
    this.segments = readdirSync(directory)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => {
        const path = (suffix: string) => join(directory, name.slice(0, -'.log'.length) + suffix);
        const batches = batchesOf(readFileSync(path('.log')));
        return { baseOffset: parseInt(name, 10), path, batches };
      });
  }

  get active(): SegmentFiles {
    return this.segments.at(-1)!;
  }

  get lastBatch(): RecordBatch {
    return this.active.batches.at(-1)!;
  }

  get endOffset(): number {
    return this.lastBatch.nextOffset;
  }

  /** Cuts the last batch so that this many of its bytes stay. */
  tear(kept: number): number {
    truncateSync(this.active.path('.log'), this.lastBatch.position + kept);
    return this.lastBatch.baseOffset;
  }
}

/** A kind of damage to the files of one partition. */
export interface Damage {
  readonly name: string;
  /** Not noticed after a clean stop, which makes the broker trust what is there. */
  readonly onlyAfterCrash?: boolean;
  /** What the broker logs about it. */
  readonly event?: string;
  /** Does it. @returns where the log ends then */
  inflict(files: PartitionFiles, garbage: (bytes: number) => Buffer): number;
}

const CUT = 'log-recovered';
const REBUILT = 'index-rebuilt';
const REMOVED = 'leftover-removed';
const UNREADABLE = 'checkpoint-unreadable';

/** Damages a file of a segment in the middle and leaves the log as it is. */
function harmless(
  name: string,
  event: string | undefined,
  inflict: (segment: SegmentFiles, garbage: (bytes: number) => Buffer) => void,
): Damage {
  return {
    name,
    event,
    inflict: (files, garbage) => {
      inflict(files.segments[1]!, garbage);
      return files.endOffset;
    },
  };
}

function epochCheckpoint(name: string, event: string | undefined, text?: string): Damage {
  return {
    name,
    event,
    inflict: ({ directory, endOffset }) => {
      const path = join(directory, 'leader-epoch-checkpoint');
      rmSync(path, { force: true });
      if (text !== undefined) writeFileSync(path, text);
      return endOffset;
    },
  };
}

/** Each kind of damage that recovery has an answer to. */
export const damages: readonly Damage[] = [
  {
    name: 'tail-without-last-byte',
    event: CUT,
    inflict: (files) => files.tear(files.lastBatch.sizeInBytes - 1),
  },
  { name: 'tail-cut-in-records', event: CUT, inflict: (files) => files.tear(100) },
  { name: 'tail-cut-after-header', event: CUT, inflict: (files) => files.tear(61) },
  { name: 'tail-cut-in-header', event: CUT, inflict: (files) => files.tear(7) },
  {
    name: 'tail-of-zeros',
    event: CUT,
    inflict: (files) => {
      appendFileSync(files.active.path('.log'), Buffer.alloc(5000));
      return files.endOffset;
    },
  },
  {
    name: 'tail-of-garbage',
    event: CUT,
    inflict: (files, garbage) => {
      appendFileSync(files.active.path('.log'), garbage(5000));
      return files.endOffset;
    },
  },
  {
    name: 'bit-in-last-batch',
    event: CUT,
    inflict: (files) => {
      flipBit(files.active.path('.log'), files.lastBatch.position + 70);
      return files.lastBatch.baseOffset;
    },
  },
  {
    name: 'bit-in-the-middle',
    onlyAfterCrash: true,
    event: CUT,
    inflict: (files) => {
      const segment = files.segments[2]!;
      const batch = segment.batches[2]!;
      flipBit(segment.path('.log'), batch.position + 70);
      return batch.baseOffset;
    },
  },
  {
    name: 'size-in-the-middle',
    onlyAfterCrash: true,
    event: CUT,
    inflict: (files) => {
      const segment = files.segments[1]!;
      const batch = segment.batches[1]!;
      flipBit(segment.path('.log'), batch.position + 9);
      return batch.baseOffset;
    },
  },
  harmless('index-missing', REBUILT, (segment) => rmSync(segment.path('.index'))),
  harmless('index-cut', REBUILT, (segment) => truncateSync(segment.path('.index'), 13)),
  harmless('index-of-garbage', REBUILT, (segment, garbage) =>
    writeFileSync(segment.path('.index'), garbage(80)),
  ),
  harmless('index-of-zeros', REBUILT, (segment) =>
    writeFileSync(segment.path('.index'), Buffer.alloc(80)),
  ),
  harmless('timeindex-missing', REBUILT, (segment) => rmSync(segment.path('.timeindex'))),
  harmless('timeindex-cut', REBUILT, (segment) => truncateSync(segment.path('.timeindex'), 13)),
  harmless('timeindex-empty', REBUILT, (segment) => truncateSync(segment.path('.timeindex'), 0)),
  harmless('timeindex-of-garbage', REBUILT, (segment, garbage) =>
    writeFileSync(segment.path('.timeindex'), garbage(120)),
  ),
  harmless('timeindex-of-zeros', REBUILT, (segment) =>
    writeFileSync(segment.path('.timeindex'), Buffer.alloc(120)),
  ),
  harmless('deleted-left-over', REMOVED, (segment) =>
    copyFileSync(segment.path('.log'), segment.path('.log.deleted')),
  ),
  harmless('cleaned-left-over', REMOVED, (segment, garbage) =>
    writeFileSync(segment.path('.log.cleaned'), garbage(1000)),
  ),
  harmless('swap-left-over', REMOVED, (segment) => {
    copyFileSync(segment.path('.log'), segment.path('.log.swap'));
    copyFileSync(segment.path('.index'), segment.path('.index.swap'));
    copyFileSync(segment.path('.timeindex'), segment.path('.timeindex.swap'));
  }),
  harmless('index-without-log', REMOVED, (segment) => {
    const orphan = segment.path('.index').replace(/\d{20}/, '00000000000000999999');
    copyFileSync(segment.path('.index'), orphan);
  }),
  epochCheckpoint('epochs-missing', undefined),
  epochCheckpoint('epochs-cut', UNREADABLE, '0\n3\n0 0\n'),
  epochCheckpoint('epochs-of-garbage', UNREADABLE, '\u0000\u0000\u0007'),
];

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x10;
  writeFileSync(path, bytes);
}
