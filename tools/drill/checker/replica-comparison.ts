import type { PartitionHistory, ReplicaLog, StoredBatch } from './history';
import { report, type Verdict } from './verdict';

/**
 * Replicas are the same byte for byte, from the highest of their log starts up to the lowest of
 * their high watermarks. Segments may be cut differently, batches may not.
 */
export function compareReplicas(history: PartitionHistory, verdict: Verdict): void {
  const [first, ...others] = history.replicas;
  if (!first) return;
  const logStart = Math.max(0, ...history.finals.map((read) => read.logStart));
  for (const other of others) {
    const difference = firstDifference(first, other, logStart);
    if (difference !== undefined) {
      const what = () => `brokers ${first.broker} and ${other.broker}: ${difference}`;
      report(verdict, 'diverged', history.name, what);
    }
  }
}

function firstDifference(one: ReplicaLog, other: ReplicaLog, logStart: number): string | undefined {
  const start = Math.max(startOf(one), startOf(other), logStart);
  const end = Math.min(one.highWatermark, other.highWatermark);
  const [ours, theirs] = [within(one, start, end), within(other, start, end)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [mine, yours] = [ours[i], theirs[i]];
    if (!mine || !yours) return `one has no batch at ${(mine ?? yours)?.baseOffset}`;
    if (mine.baseOffset !== yours.baseOffset || mine.nextOffset !== yours.nextOffset) {
      return `batch ${boundsOf(mine)} against ${boundsOf(yours)}`;
    }
    if (!mine.bytes.equals(yours.bytes)) return `the bytes of batch ${boundsOf(mine)}`;
  }
  return undefined;
}

function startOf(replica: ReplicaLog): number {
  return replica.batches[0]?.baseOffset ?? 0;
}

/** Batches with a record in the range. */
function within(replica: ReplicaLog, start: number, end: number): StoredBatch[] {
  return replica.batches.filter((batch) => batch.nextOffset > start && batch.baseOffset < end);
}

function boundsOf({ baseOffset, nextOffset }: StoredBatch): string {
  return `${baseOffset} to ${nextOffset - 1}`;
}
