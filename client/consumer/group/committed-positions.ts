import { backoffMs } from '../../runtime/backoff';
import { delay } from '../../runtime/clock';
import { describeError } from '../../runtime/error';
import type { Cluster } from '../../network';
import type { AssignedPartition } from '../assigned-partition';
import type { Assignment } from '../assignment';
import { PartitionReadError } from '../consumer-errors';
import { fromGroup } from '../offset-position';
import type { TopicPartition } from '../topic-partition';
import type { CommittedOffset } from './offset-to-commit';
import type { OffsetRequests } from './offset-requests';
import { reactionToError } from './reaction';

export interface CommittedPositionEvents {
  /** The group has got to there; the partition stands there now. */
  onFound(partition: AssignedPartition, offset: number): void;
  /** The group has committed nothing for it. */
  onNothing(partition: AssignedPartition): void;
  /** The partition has an error. */
  onFailed(partition: AssignedPartition): void;
  /** All of a request were told. */
  onDone(): void;
}

/** Puts partitions where their group has got to. */
export class CommittedPositions {
  private readonly underWay = new Set<AssignedPartition>();
  private closed = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly assignment: Assignment,
    private readonly requests: OffsetRequests,
    private readonly events: CommittedPositionEvents,
  ) {}

  /** Starts asking for every partition that waits for it and is not asked for. */
  start(): void {
    const wanted = [...this.assignment].filter(
      (partition) =>
        partition.wanted === fromGroup && !partition.error && !this.underWay.has(partition),
    );
    if (wanted.length > 0 && !this.closed) void this.find(wanted);
  }

  /**
   * What the group has committed, in the order asked for, repeating what can be repeated for the
   * client's `apiTimeout`.
   *
   * @throws ProtocolError, RetriesExhaustedError
   */
  async ask(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    if (partitions.length === 0) return [];
    return this.cluster.retrying('Looking up committed offsets', () =>
      this.requests.fetch(partitions),
    );
  }

  close(): void {
    this.closed = true;
  }

  /** For as long as it takes. */
  private async find(partitions: readonly AssignedPartition[]): Promise<void> {
    for (const partition of partitions) this.underWay.add(partition);
    const open = (): AssignedPartition[] =>
      this.closed ? [] : partitions.filter((partition) => this.isOpen(partition));
    for (let failures = 0, asked = open(); asked.length > 0; asked = open()) {
      try {
        const answers = await this.requests.fetch(asked);
        answers.forEach((answer, index) => this.settle(asked[index], answer));
        break;
      } catch (error) {
        const reaction = reactionToError(error);
        if (reaction === 'repeat' || reaction === 'find-coordinator') {
          await this.pause(failures++, error);
        } else {
          for (const partition of open()) {
            partition.error = new PartitionReadError(partition, error);
            this.events.onFailed(partition);
          }
        }
      }
    }
    for (const partition of partitions) this.underWay.delete(partition);
    if (!this.closed) this.events.onDone();
  }

  private isOpen(partition: AssignedPartition): boolean {
    return partition.wanted === fromGroup && !partition.error && this.assignment.holds(partition);
  }

  private settle(partition: AssignedPartition, { offset, leaderEpoch }: CommittedOffset): void {
    if (this.closed || !this.isOpen(partition)) return;
    if (offset === null) return this.events.onNothing(partition);
    partition.moveTo(offset, leaderEpoch);
    this.events.onFound(partition, offset);
  }

  private pause(failures: number, error: unknown): Promise<void> {
    const { clock, random, retry, logger } = this.cluster.options;
    logger.info(
      { event: 'committed-offsets-repeated', err: error },
      `Committed offsets are looked up again: ${describeError(error)}`,
    );
    const backoff = { initialMs: retry.initialRetryTime, maxMs: retry.maxRetryTime };
    return delay(backoffMs(backoff, failures, random), clock);
  }
}
