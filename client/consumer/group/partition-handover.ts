import { describeError } from '../../runtime/error';
import type { Logger } from '../../runtime/logger';
import type { AssignedPartition } from '../assigned-partition';
import type { Assignment } from '../assignment';
import { fromGroup } from '../offset-position';
import type { Reader } from '../reader';
import { formatPartition, type TopicPartition } from '../topic-partition';
import type { RebalanceProtocol } from './assignors/assignor';
import type { RebalanceListener } from './subscription';

export interface HandoverEvents {
  /** Commits what is finished of these, if that is done automatically. Does not throw. */
  commit(partitions: readonly AssignedPartition[]): Promise<void>;
  /** Whether the group is known to have stored just this offset. */
  isStored(at: TopicPartition, offset: number | undefined): boolean;
  /** The partitions do not belong to this consumer any more. */
  onGone(partitions: readonly TopicPartition[]): void;
  /** Before the listener is told. */
  onTold(what: 'assigned' | 'revoked' | 'lost', partitions: readonly TopicPartition[]): void;
  /** A listener failed. */
  onFailure(error: Error): void;
  /** There are new partitions, which may be read. */
  onChange(): void;
}

/**
 * Takes partitions from the application and gives it new ones, so that nothing is in its hands that
 * may be in somebody else's: what is taken is first withheld, then finished, then committed, and
 * then the listener is told.
 */
export class PartitionHandover {
  listener: RebalanceListener = {};
  private mine: readonly TopicPartition[] = [];
  private isLost = false;
  private isClosed = false;

  constructor(
    private readonly assignment: Assignment,
    private readonly reader: Reader,
    private readonly protocol: RebalanceProtocol,
    private readonly logger: Logger,
    private readonly events: HandoverEvents,
  ) {}

  /** What the group has given to this consumer. */
  get owned(): readonly TopicPartition[] {
    return this.mine;
  }

  owns(at: TopicPartition): boolean {
    return !this.isLost && this.isMine(at);
  }

  /** Before joining: an eager member gives up everything, a cooperative one nothing. */
  async giveUp(): Promise<void> {
    if (this.protocol === 'cooperative') void this.events.commit(this.found(this.mine));
    else await this.revoke(this.mine);
  }

  /** Nothing more is handed out; the application is told by {@link giveUpLost}. */
  onLost(): void {
    this.isLost = true;
    this.withhold([...this.assignment]);
  }

  async giveUpLost(): Promise<void> {
    await this.reader.whenFinished([...this.assignment]);
    if (this.isClosed) return;
    this.isLost = false;
    await this.takeAway('lost', this.mine, true);
  }

  /**
   * @param wanted the assignment of a new generation
   * @param isNext whether nobody else can have had what was given up for it
   * @returns whether something was given up, so that others wait for it
   */
  async adopt(wanted: readonly TopicPartition[], isNext: boolean): Promise<boolean> {
    const names = new Set(wanted.map(formatPartition));
    const revoked = this.mine.filter((at) => !names.has(formatPartition(at)));
    await this.revoke(revoked);
    if (this.isLost || this.isClosed) return false;
    const added = wanted.filter((at) => !this.isMine(at));
    this.mine = wanted;
    const { added: made } = this.assignment.replace(wanted);
    const isNew = new Set(made);
    for (const partition of this.found(added)) {
      // What was given up and comes back at once goes on, if it would begin at the same place.
      const goesOn =
        isNext && !isNew.has(partition) && this.events.isStored(partition, partition.position);
      if (!goesOn) partition.lookFor(fromGroup);
      this.hold(partition, true);
    }
    await this.tell('assigned', added);
    if (this.isLost || this.isClosed) return revoked.length > 0;
    for (const partition of this.assignment) this.hold(partition, false);
    this.events.onChange();
    return revoked.length > 0;
  }

  /** The consumer leaves: gives up everything, waiting for nothing that is in the application's hands. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.withhold([...this.assignment]);
    if (this.isLost) return this.takeAway('lost', this.mine, true);
    await this.events.commit(this.found(this.mine));
    await this.takeAway('revoked', this.mine, true);
  }

  /** Stops handing out anything. */
  withholdAll(): void {
    this.withhold([...this.assignment]);
  }

  private async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const found = this.found(partitions);
    this.withhold(found);
    await this.reader.whenFinished(found);
    if (this.isLost || this.isClosed) return;
    await this.events.commit(found);
    if (this.isLost || this.isClosed) return;
    // What is kept for the next assignment, in case it comes back, is withheld until then.
    await this.takeAway('revoked', partitions, this.protocol === 'cooperative');
  }

  private async takeAway(
    what: 'revoked' | 'lost',
    partitions: readonly TopicPartition[],
    isDropped: boolean,
  ): Promise<void> {
    const names = new Set(partitions.map(formatPartition));
    await this.tell(what, partitions);
    this.mine = this.mine.filter((at) => !names.has(formatPartition(at)));
    if (isDropped) this.assignment.replace(this.mine);
    this.events.onGone(isDropped ? partitions : []);
  }

  /** An event without partitions is told only of an assignment, as Kafka does. */
  private async tell(
    what: 'assigned' | 'revoked' | 'lost',
    partitions: readonly TopicPartition[],
  ): Promise<void> {
    if (what !== 'assigned' && partitions.length === 0) return;
    this.events.onTold(what, partitions);
    const { onPartitionsAssigned, onPartitionsRevoked, onPartitionsLost } = this.listener;
    try {
      if (what === 'assigned') await onPartitionsAssigned?.(partitions);
      else if (what === 'revoked') await onPartitionsRevoked?.(partitions);
      else await (onPartitionsLost ?? onPartitionsRevoked)?.(partitions);
    } catch (error) {
      this.logger.error(
        { event: 'rebalance-listener-failed', err: error },
        `The listener of a rebalance failed: ${describeError(error)}`,
      );
      this.events.onFailure(error instanceof Error ? error : new Error(describeError(error)));
    }
  }

  private found(partitions: readonly TopicPartition[]): AssignedPartition[] {
    return partitions.flatMap((at) => this.assignment.find(at) ?? []);
  }

  private isMine(at: TopicPartition): boolean {
    const name = formatPartition(at);
    return this.mine.some((other) => formatPartition(other) === name);
  }

  private withhold(partitions: readonly AssignedPartition[]): void {
    for (const partition of partitions) this.hold(partition, true);
  }

  private hold(partition: AssignedPartition, withheld: boolean): void {
    partition.setWithheld(withheld);
    this.assignment.update(partition);
  }
}
