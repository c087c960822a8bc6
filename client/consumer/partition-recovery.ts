import { backoffMs } from '../runtime/backoff';
import type { Cluster } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import type { ResolvedConsumerOptions } from './consumer-options';
import type { FetchReaction } from './fetch-reply';
import type { LeaderFinder } from './leader-finder';
import { compareWithLog, type Divergence, type EpochEnd } from './log-divergence';
import { formatPartition } from './topic-partition';

export interface RecoveryEvents {
  /** The position is not in the partition (any more). */
  onOutOfRange(partition: AssignedPartition): void;
  /** What was read is not in the log any more. */
  onTruncated(partition: AssignedPartition, divergence: Divergence): void;
}

/** Sees to partitions that a broker did not give records of: when, where and from where to go on. */
export class PartitionRecovery {
  constructor(
    private readonly cluster: Cluster,
    private readonly assignment: Assignment,
    private readonly leaders: LeaderFinder,
    private readonly options: Pick<ResolvedConsumerOptions, 'retryBackoffMs' | 'retryBackoffMaxMs'>,
    private readonly events: RecoveryEvents,
  ) {}

  /** @param nodeId the broker whose answer, or whose silence, it is */
  react(
    partition: AssignedPartition,
    nodeId: number,
    reaction: FetchReaction,
    errorOf: () => Error,
  ): void {
    const isLeader = this.isLeader(partition, nodeId);
    partition.preferredReplica = undefined;
    switch (reaction) {
      case 'elsewhere':
        this.leaders.refresh();
        return this.failed(partition, nodeId);
      case 'again':
        this.cluster.options.logger.debug(
          { event: 'fetch-refused', broker: nodeId, err: errorOf() },
          `Broker ${nodeId} refused ${formatPartition(partition)}; it is asked again.`,
        );
        return this.failed(partition, nodeId);
      case 'reset':
        // A follower may lag, and what is buffered may lie about where to go on: ask again first.
        if (!isLeader) this.backOff(partition);
        else if (partition.hasBuffered) partition.outOfRange = true;
        else this.events.onOutOfRange(partition);
        return;
      case 'fail':
        partition.error = errorOf();
        this.assignment.update(partition);
        return;
    }
  }

  /** A fetch was refused because the log parts from what was fetched. Only a leader is believed. */
  diverging(
    partition: AssignedPartition,
    nodeId: number,
    end: EpochEnd,
    leaderEpoch: number,
  ): void {
    const isLeader = this.isLeader(partition, nodeId);
    partition.preferredReplica = undefined;
    const isSame = isLeader && this.compare(partition, end, leaderEpoch) === 'same';
    if (!isLeader || isSame) this.backOff(partition);
  }

  /** Goes on from where the leader's log still holds what was read. */
  compare(partition: AssignedPartition, end: EpochEnd, leaderEpoch: number) {
    const result = compareWithLog(partition, end);
    if (result === 'same') {
      partition.leaderEpoch = leaderEpoch;
    } else if (result === 'refetch') {
      partition.dropBuffered();
      this.assignment.update(partition);
    } else {
      this.events.onTruncated(partition, result);
    }
    return result;
  }

  backOff(partition: AssignedPartition): void {
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.options;
    const { clock, random } = this.cluster.options;
    const wait = backoffMs({ initialMs, maxMs }, partition.failures++, random);
    partition.retryAt = clock.monotonic() + wait;
  }

  private failed(partition: AssignedPartition, nodeId: number): void {
    partition.failedNode = nodeId;
    partition.failedEpoch = this.leaders.epochOf(partition);
    this.backOff(partition);
  }

  private isLeader(partition: AssignedPartition, nodeId: number): boolean {
    return this.leaders.leaderOf(partition)?.nodeId === nodeId;
  }
}
