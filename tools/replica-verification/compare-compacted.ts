import { batchesOf, recordsOf, type Record, type RecordBatch } from '../../client/records';
import { isDamaged, shown, type Comparison, type ReplicaRecords } from './compare-replicas';

interface Located {
  readonly brokerId: number;
  readonly batch: RecordBatch;
  readonly record: Record;
}

/**
 * Compares what replicas of a compacted partition hold. Each of them compacts by itself, at times of
 * its own: records that one has and another has not mean nothing, nor do batches that are not the
 * same. But a record that both have must be the same.
 *
 * @param position the first offset that has not been compared yet
 */
export function compareCompacted(
  position: number,
  replicas: readonly ReplicaRecords[],
): Comparison {
  const logs = replicas.map(({ brokerId, records }) => ({
    brokerId,
    batches: batchesOf(records).filter(({ lastOffset }) => lastOffset >= position),
  }));
  const ends = logs.map(({ batches }) => batches.at(-1)?.nextOffset ?? position);
  const nextOffset = Math.min(...ends);
  const known = new Map<number, Located>();
  const mismatches: Comparison['mismatches'][number][] = [];
  for (const { brokerId, batches } of logs) {
    for (const batch of batches) {
      if (batch.baseOffset >= nextOffset) break;
      if (isDamaged(batch)) {
        const at = shown({ brokerId, batch });
        mismatches.push({ kind: 'content', offset: batch.lastOffset, at: [at, at] });
        continue;
      }
      for (const record of recordsOf(batch.buffer, batch.position)) {
        const { offset } = record;
        if (offset < position || offset >= nextOffset) continue;
        const other = known.get(offset);
        if (!other) known.set(offset, { brokerId, batch, record });
        else if (!isSame(other.record, record)) {
          const at = [shown(other), shown({ brokerId, batch })] as const;
          mismatches.push({ kind: 'content', offset, at });
        }
      }
    }
  }
  return { nextOffset, mismatches, isParted: false };
}

function isSame(a: Record, b: Record): boolean {
  return (
    a.timestamp === b.timestamp &&
    isSameBytes(a.key, b.key) &&
    isSameBytes(a.value, b.value) &&
    a.headers.length === b.headers.length &&
    a.headers.every(
      ({ key, value }, index) =>
        key === b.headers[index].key && isSameBytes(value, b.headers[index].value),
    )
  );
}

function isSameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
