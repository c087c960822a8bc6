import { batchesOf, computeCrc, type RecordBatch } from '../../client/records';

/** What one replica answered about a partition. */
export interface ReplicaRecords {
  readonly brokerId: number;
  /** Whole batches from the place asked for on. */
  readonly records: Buffer;
}

/** Two replicas that do not hold the same. */
export type Mismatch =
  | { readonly kind: 'offset'; readonly at: readonly [BrokerOffset, BrokerOffset] }
  | {
      readonly kind: 'content';
      readonly offset: number;
      readonly at: readonly [BrokerBatch, BrokerBatch];
    };

interface BrokerOffset {
  readonly brokerId: number;
  readonly lastOffset: number;
}

export interface BrokerBatch {
  readonly brokerId: number;
  readonly checksum: number;
  readonly leaderEpoch: number;
  /** Whether the checksum does not fit the records. */
  readonly isDamaged: boolean;
}

export interface Comparison {
  /** Up to here all replicas have been compared. */
  readonly nextOffset: number;
  readonly mismatches: readonly Mismatch[];
  /** Whether the logs part at `nextOffset`, so that they cannot be compared any further. */
  readonly isParted: boolean;
}

/**
 * Compares what replicas of a partition hold, batch by batch, byte by byte, as far as all of them
 * have answered.
 *
 * @param position the first offset that has not been compared yet
 */
export function compareReplicas(position: number, replicas: readonly ReplicaRecords[]): Comparison {
  const logs = replicas.map(({ brokerId, records }) => ({
    brokerId,
    // The first batch begins before the place asked for when that lies within it.
    batches: batchesOf(records).filter(({ lastOffset }) => lastOffset >= position),
  }));
  const mismatches: Mismatch[] = [];
  let nextOffset = position;
  for (let index = 0; logs.every(({ batches }) => index < batches.length); index++) {
    const [first, ...others] = logs.map(({ brokerId, batches }) => ({
      brokerId,
      batch: batches[index],
    }));
    for (const other of others) {
      if (!isSamePlace(first.batch, other.batch)) {
        mismatches.push({ kind: 'offset', at: [offsetOf(first), offsetOf(other)] });
        return { nextOffset, mismatches, isParted: true };
      }
      if (first.batch.bytes.equals(other.batch.bytes)) continue;
      const offset = first.batch.lastOffset;
      mismatches.push({ kind: 'content', offset, at: [shown(first), shown(other)] });
    }
    nextOffset = first.batch.nextOffset;
  }
  return { nextOffset, mismatches, isParted: false };
}

interface Located {
  readonly brokerId: number;
  readonly batch: RecordBatch;
}

function isSamePlace(a: RecordBatch, b: RecordBatch): boolean {
  return a.baseOffset === b.baseOffset && a.lastOffset === b.lastOffset;
}

function offsetOf({ brokerId, batch: { lastOffset } }: Located): BrokerOffset {
  return { brokerId, lastOffset };
}

/** What is told of a batch in which replicas differ. */
export function shown({ brokerId, batch }: Located): BrokerBatch {
  const { crc: checksum, leaderEpoch } = batch;
  return { brokerId, checksum, leaderEpoch, isDamaged: isDamaged(batch) };
}

/** Whether the checksum does not fit the records. */
export function isDamaged({ crc, buffer, position }: RecordBatch): boolean {
  return computeCrc(buffer, position) !== crc;
}
