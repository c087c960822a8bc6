import type { PartitionIndex } from './partition-index';
import { report, type Verdict } from './verdict';

/**
 * Walks the offsets of a partition once: none may be missing, each producer's records lie in the
 * order of their sending, and a record sent after another had been acknowledged lies behind it.
 */
export function checkLogOrder(index: PartitionIndex, verdict: Verdict): void {
  const { history, values, writers, highest } = index;
  const { name } = history;
  const sequences = new Map<number, number>();
  let latestInvoked = -Infinity;
  let missingFrom = -1;
  for (let offset = index.logStart; offset <= highest; offset++) {
    const value = values.get(offset);
    if (value === undefined) {
      if (missingFrom < 0) missingFrom = offset;
      continue;
    }
    if (missingFrom >= 0) {
      const [from, to] = [missingFrom, offset - 1];
      report(verdict, 'gaps', name, () => `offsets ${from} to ${to}`, to - from + 1);
      missingFrom = -1;
    }
    const writer = writers.get(value);
    if (!writer) continue;
    const { producer, sequence, invokedAt, outcome, completedAt } = writer;
    const before = sequences.get(producer) ?? -1;
    if (sequence < before) {
      const what = () =>
        `record ${sequence} of producer ${producer} lies at ${offset}, behind its record ${before}`;
      report(verdict, 'reordered', name, what);
    } else {
      sequences.set(producer, sequence);
    }
    if (outcome === 'acked' && completedAt < latestInvoked) {
      const what = () =>
        `value ${value} at ${offset} lies behind one sent after it was acknowledged`;
      report(verdict, 'realtime', name, what);
    }
    if (invokedAt > latestInvoked) latestInvoked = invokedAt;
  }
}
