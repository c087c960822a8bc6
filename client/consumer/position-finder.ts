import { ProtocolError } from '../protocol/protocol-error';
import { OffsetSpec } from '../protocol/messages/list-offsets';
import { backoffMs } from '../runtime/backoff';
import { delay } from '../runtime/clock';
import { describeError, KafkaClassicError } from '../runtime/error';
import type { Cluster } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import {
  LogTruncationError,
  OffsetOutOfRangeError,
  PartitionReadError,
  textOfTruncation,
} from './consumer-errors';
import type { AutoOffsetReset, ResolvedConsumerOptions } from './consumer-options';
import type { Divergence } from './log-divergence';
import type { OffsetLookup, OffsetQuestion } from './offset-lookup';
import { fromGroup, nowhere, wantedOffset, type WantedOffset } from './offset-position';
import { formatPartition, type TopicPartition } from './topic-partition';

interface PositionQuestion extends OffsetQuestion {
  readonly target: AssignedPartition;
  readonly wanted: WantedOffset;
}

type PositionOptions = Pick<ResolvedConsumerOptions, 'retryBackoffMs' | 'retryBackoffMaxMs'>;

/** Finds the positions of partitions that have none, for as long as it takes. */
export class PositionFinder {
  private readonly underWay = new Set<WantedOffset>();
  private closed = false;

  /**
   * @param policyOf where to begin in a topic without a position
   * @param onChange told when a position was found, or cannot be
   */
  constructor(
    private readonly cluster: Cluster,
    private readonly assignment: Assignment,
    private readonly lookup: OffsetLookup,
    private readonly options: PositionOptions,
    private readonly policyOf: (topic: string) => AutoOffsetReset,
    private readonly onChange: (partition: AssignedPartition) => void,
  ) {}

  /** Where to begin without a position. */
  initial({ topic }: TopicPartition): WantedOffset {
    const policy = this.policyOf(topic);
    return policy === 'none' ? nowhere : wantedOffset(policy);
  }

  /** The partition does not have its position (any more). */
  reset(partition: AssignedPartition): void {
    const { position } = partition;
    const policy = this.policyOf(partition.topic);
    if (policy === 'none') {
      partition.error = new OffsetOutOfRangeError(partition, position);
      this.onChange(partition);
      return;
    }
    this.cluster.options.logger.warn(
      { event: 'offset-out-of-range', partition: formatPartition(partition), offset: position },
      `Offset ${position} is not in ${formatPartition(partition)}; going on at the ${policy}.`,
    );
    partition.lookFor(this.initial(partition));
    this.start();
  }

  /**
   * Records that were read are not in the log any more: goes on where the log parts from them, or
   * where the policy says when that is not known (KIP-320).
   */
  truncated(partition: AssignedPartition, { offset, epoch }: Divergence): void {
    const position = partition.position ?? partition.fetchOffset;
    const policy = this.policyOf(partition.topic);
    partition.dropBuffered();
    if (policy === 'none') {
      partition.error = new LogTruncationError(partition, position, offset);
      this.onChange(partition);
      return;
    }
    this.cluster.options.logger.warn(
      {
        event: 'log-truncation',
        partition: formatPartition(partition),
        offset: position,
        divergentOffset: offset,
      },
      `${textOfTruncation(partition, position, offset)} Going on at ${offset ?? `the ${policy}`}.`,
    );
    if (offset === undefined) {
      partition.lookFor(this.initial(partition));
      this.start();
    } else {
      partition.moveTo(offset, epoch);
      this.onChange(partition);
    }
  }

  /** Starts looking for every position that is missing and not being looked for. */
  start(): void {
    const questions: PositionQuestion[] = [];
    for (const target of this.assignment) {
      const { topic, partition, wanted, error } = target;
      if (!wanted || wanted === fromGroup || error || this.underWay.has(wanted)) continue;
      if (wanted === nowhere) {
        target.error = new OffsetOutOfRangeError(target, undefined);
        this.onChange(target);
        continue;
      }
      this.underWay.add(wanted);
      questions.push({ topic, partition, timestamp: wanted.timestamp, target, wanted });
    }
    if (questions.length > 0) void this.find(questions);
  }

  close(): void {
    this.closed = true;
  }

  private async find(questions: readonly PositionQuestion[]): Promise<void> {
    const open = (): PositionQuestion[] =>
      this.closed ? [] : questions.filter((question) => this.isOpen(question));
    for (let attempt = 0; open().length > 0; attempt++) {
      try {
        await this.lookup.ask(open(), (question, answer) => {
          if (!this.isOpen(question)) return;
          if (answer instanceof ProtocolError) this.fail(question, answer);
          else this.found(question, answer.offset);
        });
      } catch (error) {
        if (KafkaClassicError.is(error) && error.retriable) await this.pause(attempt, error);
        else for (const question of open()) this.fail(question, error);
      }
    }
    for (const { wanted } of questions) this.underWay.delete(wanted);
    // Somebody may have sought elsewhere in the meantime.
    if (!this.closed) this.start();
  }

  /** Whether the answer is still wanted. */
  private isOpen({ target, wanted }: PositionQuestion): boolean {
    return target.wanted === wanted && !target.error && this.assignment.holds(target);
  }

  private found({ target, timestamp }: PositionQuestion, offset: number): void {
    if (offset < 0 && timestamp !== OffsetSpec.LATEST) {
      // No record is that young: go on at the end.
      target.lookFor({ timestamp: OffsetSpec.LATEST });
      return;
    }
    target.moveTo(Math.max(0, offset));
    this.onChange(target);
  }

  private fail({ target }: PositionQuestion, error: unknown): void {
    target.error = new PartitionReadError(target, error);
    this.onChange(target);
  }

  private pause(attempt: number, error: unknown): Promise<void> {
    const { clock, random, logger } = this.cluster.options;
    logger.warn(
      { event: 'position-lookup-failed', err: error },
      `Positions could not be looked up: ${describeError(error)}`,
    );
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.options;
    return delay(backoffMs({ initialMs, maxMs }, attempt, random), clock);
  }
}
