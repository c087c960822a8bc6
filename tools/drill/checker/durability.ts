import type { PartitionIndex } from './partition-index';
import { report, type Verdict } from './verdict';

/** Every acknowledged record is found by each final read, unless it was deleted on purpose. */
export function checkDurability(index: PartitionIndex, verdict: Verdict): void {
  const { history } = index;
  const { name, acks, finals } = history;
  if (acks.length === 0) return;
  if (finals.length === 0) {
    report(verdict, 'unread', name, () => `${acks.length} records are acknowledged`);
    return;
  }
  const missing = new Map<number, string>();
  for (const { source, values, logStart } of finals) {
    const found = new Set(values);
    for (const { value, offset } of acks) {
      if (found.has(value) || (offset >= 0 && offset < logStart)) continue;
      if (!missing.has(value)) missing.set(value, source);
    }
  }
  for (const { value, offset } of acks) {
    const source = missing.get(value);
    if (source === undefined) continue;
    const what = () => `value ${value}, acknowledged at ${offset}, is not in the read of ${source}`;
    report(verdict, 'lost', name, what);
  }
}

/** Groups commit forwards, and nothing that is not there. */
export function checkCommits(index: PartitionIndex, verdict: Verdict): void {
  const { history, highest } = index;
  const committed = new Map<string, number>();
  for (const { group, offset, reset } of history.commits) {
    const before = committed.get(group) ?? -1;
    if (offset < before && !reset) {
      const what = () => `${group} committed ${offset} after ${before}`;
      report(verdict, 'regressed', history.name, what);
    }
    if (offset > highest + 1) {
      const what = () => `${group} committed ${offset}, the last record is at ${highest}`;
      report(verdict, 'beyond', history.name, what);
    }
    committed.set(group, offset);
  }
}

/** The longest time in which one partition acknowledged nothing though somebody waited. */
export function longestUnavailability(index: PartitionIndex): number {
  let longest = 0;
  let previous = -Infinity;
  for (const { invokedAt, completedAt } of index.history.acks) {
    longest = Math.max(longest, completedAt - Math.max(previous, invokedAt));
    previous = completedAt;
  }
  return longest;
}
