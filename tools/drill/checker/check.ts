import { checkCommits, checkDurability, longestUnavailability } from './durability';
import type { History } from './history';
import { checkLogOrder } from './log-order';
import { indexPartition } from './partition-index';
import { checkReadOrder } from './read-order';
import { compareReplicas } from './replica-comparison';
import { newVerdict, type Verdict } from './verdict';

/**
 * Judges a history in a few linear passes over its facts. The anomalies are those of Jepsen's
 * checker for Kafka (jepsen.tests.kafka), and the replicas' bytes.
 */
export function check(history: History): Verdict {
  const verdict = newVerdict();
  for (const partition of history.partitions.values()) {
    const index = indexPartition(partition, verdict);
    checkDurability(index, verdict);
    checkLogOrder(index, verdict);
    checkReadOrder(index, verdict);
    checkCommits(index, verdict);
    compareReplicas(partition, verdict);
    const unavailable = longestUnavailability(index);
    verdict.longestUnavailabilityMs = Math.max(verdict.longestUnavailabilityMs, unavailable);
  }
  return verdict;
}
