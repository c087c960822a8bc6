import type { AssignedPartition } from './assigned-partition';

/** One request to one broker. */
export interface FetchPlan {
  readonly nodeId: number;
  /** In the order in which they are to be asked for; at least one. */
  readonly partitions: AssignedPartition[];
  /**
   * Whether partitions are left out because enough of them is buffered. Such a request must not
   * wait at the broker: they may be wanted any moment, and have no other connection.
   */
  readonly leavesOut: boolean;
}

export interface FetchPlans {
  readonly plans: readonly FetchPlan[];
  /** Partitions that nobody is known to lead. */
  readonly leaderless: readonly AssignedPartition[];
  /** Partitions whose place has to be compared with the log of a new leader first (KIP-320). */
  readonly unvalidated: readonly AssignedPartition[];
  /** Whether something can be fetched as soon as something buffered was handed out. */
  readonly waitsForReader: boolean;
  /** Earliest monotonic time at which a partition may be tried again; Infinity for none. */
  readonly retryAt: number;
}

export interface FetchSituation {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Buffered bytes up to which a partition is asked for more. */
  readonly enough: number;
  /** The broker to read a partition from; undefined when unknown. */
  nodeOf(partition: AssignedPartition): number | undefined;
  /** Whether the place to fetch from is known to be in the log of the leader. */
  isValid(partition: AssignedPartition): boolean;
  /** Whether a fetch is under way there. */
  isBusy(nodeId: number): boolean;
}

/** Decides what to ask which broker for, given the partitions in the order of their claims. */
export function planFetches(
  partitions: Iterable<AssignedPartition>,
  { now, enough, nodeOf, isValid, isBusy }: FetchSituation,
): FetchPlans {
  const wanted = new Map<number, AssignedPartition[]>();
  const leftOut = new Set<number>();
  const leaderless: AssignedPartition[] = [];
  const unvalidated: AssignedPartition[] = [];
  let waitsForReader = false;
  let retryAt = Infinity;
  for (const partition of partitions) {
    if (partition.wanted || partition.error || partition.paused) continue;
    if (partition.retryAt > now) {
      retryAt = Math.min(retryAt, partition.retryAt);
      continue;
    }
    const nodeId = nodeOf(partition);
    if (nodeId === undefined) {
      leaderless.push(partition);
    } else if (!isValid(partition)) {
      unvalidated.push(partition);
    } else if (!isBusy(nodeId)) {
      const isFull = partition.bufferedBytes > enough;
      if (isFull || (partition.outOfRange && partition.hasBuffered)) {
        leftOut.add(nodeId);
        waitsForReader = true;
      } else {
        const group = wanted.get(nodeId);
        if (group) group.push(partition);
        else wanted.set(nodeId, [partition]);
      }
    }
  }
  const plans = [...wanted].map(([nodeId, group]) => ({
    nodeId,
    partitions: group,
    leavesOut: leftOut.has(nodeId),
  }));
  return { plans, leaderless, unvalidated, waitsForReader, retryAt };
}
