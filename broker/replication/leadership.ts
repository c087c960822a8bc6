import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type Log } from '../log';
import { FollowerTable, type FollowerTableEnvironment } from './follower-table';
import type { IsrChanger } from './isr-changer';
import { IsrNegotiation } from './isr-negotiation';
import { effectiveMinIsr, expandedIsr, shrunkIsr } from './isr-state';
import type { LeaderAndIsr } from './leader-and-isr';
import type { CommitWaiters, ProducePurgatory } from './produce-purgatory';
import type { FollowerPosition, ReplicaProgress } from './replica-progress';

export interface LeadershipEnvironment extends FollowerTableEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isr: IsrChanger;
  readonly produces: ProducePurgatory;
  /** `min.insync.replicas` of the topic. */
  minInsyncReplicas(topic: string, replicationFactor: number): number;
}

/** The follower that fetches. */
export interface FetchingReplica {
  readonly replicaId: number;
  /** Of the follower when it fetched, -1 when it did not say. */
  readonly brokerEpoch: number;
}

/** After the controller has refused or removed a replica: it does not think otherwise at once. */
const REFUSED_PAUSE_MS = 500;

/**
 * One broker's lead of one partition, from the moment it takes it to the moment it lets go; it may
 * be confirmed under newer epochs meanwhile. Knows how far the followers have come, keeps the high
 * watermark and the ISR (Kafka's Partition.scala, KIP-497, KIP-966).
 *
 * - The high watermark is the smallest log end among the maximal ISR, and among followers that are
 *   about to join it; it only rises, only over what this broker has written itself, and not while
 *   the ISR is smaller than `min.insync.replicas`.
 * - At most one change of the ISR is under way.
 */
export class Leadership {
  private state: LeaderAndIsr;
  private readonly negotiation: IsrNegotiation;
  private readonly followers: FollowerTable;
  private readonly waiters: CommitWaiters;
  private noExpansionBefore = -Infinity;
  private epochStart = 0;
  private replicationFactor = 1;
  private ended = false;

  /** @param changed told when more may be read: written, committed, deleted or taken back */
  constructor(
    readonly log: Log,
    state: LeaderAndIsr,
    private readonly environment: LeadershipEnvironment,
    private readonly changed: () => void,
  ) {
    this.state = state;
    this.followers = new FollowerTable(environment);
    this.negotiation = new IsrNegotiation(state.isr, {
      changer: environment.isr,
      clock: environment.clock,
      logger: environment.logger,
      basis: () => ({
        topicPartition: this.state.topicPartition,
        topicId: this.state.topicId,
        leaderEpoch: this.state.leaderEpoch,
        partitionEpoch: this.state.partitionEpoch,
      }),
      onAgreed: ({ isr, partitionEpoch }) => {
        this.state = { ...this.state, isr, partitionEpoch, leaderRecoveryState: 'recovered' };
        this.advance();
        this.refuseIfTooFew();
      },
      onFallenBack: () => {
        this.pauseExpansion();
        this.advance();
      },
    });
    this.waiters = environment.produces.room();
    this.epochBegins(state);
  }

  get leaderEpoch(): number {
    return this.state.leaderEpoch;
  }

  get partitionEpoch(): number {
    return this.state.partitionEpoch;
  }

  /** As ZooKeeper has it, as far as is known. */
  get isr(): readonly number[] {
    return this.negotiation.state.isr;
  }

  /** Whoever may be in the ISR, by what the controller may have decided. */
  get maximalIsr(): readonly number[] {
    return this.negotiation.state.maximal;
  }

  /**
   * Whether the high watermark has reached the start of this leader's epoch. Before that it may lie
   * behind what the previous leader had committed and consumers have seen (KIP-207).
   */
  get knowsHighWatermark(): boolean {
    return this.log.highWatermark >= this.epochStart;
  }

  /** Smallest log start among the live replicas; -1 while one of them has not told. */
  get lowWatermark(): number {
    return this.followers.smallestStart(this.log.logStartOffset);
  }

  /** Smallest ISR that commits anything. */
  get minIsr(): number {
    const { replicationFactor: factor } = this;
    const { topic } = this.state.topicPartition;
    return effectiveMinIsr(this.environment.minInsyncReplicas(topic, factor), factor);
  }

  /** Followers by how far they have come. */
  progress(): Iterable<ReplicaProgress> {
    return this.followers.all();
  }

  /** The controller has confirmed the lead: under a newer leader epoch, or with a newer ISR. */
  renew(state: LeaderAndIsr): void {
    const newEpoch = state.leaderEpoch > this.state.leaderEpoch;
    if (!newEpoch && this.isr.some((id) => !state.isr.includes(id))) this.pauseExpansion();
    this.state = state;
    this.negotiation.settle(state.isr);
    if (newEpoch) this.epochBegins(state);
    else this.assign(state);
    this.advance();
    this.refuseIfTooFew();
  }

  /** The lead is lost; whoever waits for the high watermark is told. */
  end(error: ProtocolError): void {
    this.ended = true;
    this.negotiation.settle(this.isr);
    this.waiters.failAll(error);
  }

  /** Whoever waits for the high watermark is told that it will not be waited for. */
  refuseWaiting(error: ProtocolError): void {
    this.waiters.failAll(error);
  }

  /** The log has written more. */
  written(): void {
    this.advance();
    this.changed();
  }

  /** The log's end has moved back because a write failed; the epoch's own entry may be gone. */
  takenBack(): void {
    this.epochStart = Math.min(this.epochStart, this.log.logEndOffset);
    if (this.log.latestEpoch !== this.leaderEpoch) this.log.assignLeaderEpoch(this.leaderEpoch);
    this.changed();
  }

  /** @throws ProtocolError NOT_ENOUGH_REPLICAS */
  assertEnoughReplicas(): void {
    const needed = this.minIsr;
    if (this.isr.length >= needed) return;
    throw new ProtocolError('NOT_ENOUGH_REPLICAS', this.tooFew(needed));
  }

  /**
   * Resolves when everything below an offset is committed.
   *
   * @throws ProtocolError NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT,
   *   NOT_LEADER_OR_FOLLOWER
   */
  committed(offset: number, timeoutMs: number): Promise<void> {
    const needed = this.minIsr;
    if (this.isr.length < needed || this.maximalIsr.length < needed) {
      return Promise.reject(
        new ProtocolError('NOT_ENOUGH_REPLICAS_AFTER_APPEND', this.tooFew(needed)),
      );
    }
    if (this.log.highWatermark >= offset) return Promise.resolve();
    return this.waiters.wait(offset, timeoutMs);
  }

  /**
   * Notes how far a follower has come; its fetch has been checked against epoch and log.
   *
   * @throws ProtocolError UNKNOWN_LEADER_EPOCH when the replica is not assigned, as far as is known
   *   here; NOT_LEADER_OR_FOLLOWER when the fetch comes from a former life of the broker
   */
  recordFetch({ replicaId, brokerEpoch }: FetchingReplica, position: FollowerPosition): void {
    const follower = this.followers.get(replicaId);
    if (!follower) {
      throw new ProtocolError(
        'UNKNOWN_LEADER_EPOCH',
        `Broker ${replicaId} is not a replica of ${this.name} under epoch ${this.leaderEpoch}.`,
      );
    }
    const live = this.environment.liveBrokerEpoch(replicaId);
    if (brokerEpoch >= 0 && live !== undefined && brokerEpoch < live) {
      throw new ProtocolError(
        'NOT_LEADER_OR_FOLLOWER',
        `Broker ${replicaId} has been started anew since it sent this fetch.`,
      );
    }
    const { logEndOffset, logStartOffset } = follower;
    const epoch = brokerEpoch >= 0 ? brokerEpoch : (live ?? -1);
    const now = this.environment.clock.monotonic();
    follower.fetched(position, epoch, this.log.writtenEndOffset, now);
    this.expandIfInSync(follower);
    if (logEndOffset !== position.fetchOffset) this.advance();
    if (logStartOffset !== position.logStartOffset) this.changed();
  }

  /** Others live than before: who does not any more holds nothing up. */
  brokersChanged(): void {
    this.advance();
  }

  /** Asks for an ISR without the followers that lag; asks again where an answer brought nothing. */
  reviewIsr(): void {
    if (this.ended) return;
    const isrState = this.negotiation.state;
    if (isrState.kind !== 'committed') {
      this.negotiation.askAgainIfStalled();
      return;
    }
    const now = this.environment.clock.monotonic();
    const lagging = this.followers.laggingOf(isrState.isr, this.log.writtenEndOffset, now);
    if (lagging.length === 0) {
      // Replicas that counted as about to join may be too late for that now.
      this.advance();
      return;
    }
    this.environment.logger.info(
      {
        event: 'isr-shrinking',
        partition: this.name,
        isr: isrState.isr,
        leaving: lagging,
        logEndOffsets: lagging.map((id) => this.followers.get(id)?.logEndOffset),
        writtenEndOffset: this.log.writtenEndOffset,
        highWatermark: this.log.highWatermark,
      },
      `Brokers ${lagging.join(', ')} lag behind in ${this.name} and shall leave its ISR.`,
    );
    this.negotiation.propose(shrunkIsr(isrState, lagging, (id) => this.followers.member(id)));
  }

  private get name(): string {
    return partitionName(this.state.topicPartition);
  }

  private epochBegins(state: LeaderAndIsr): void {
    const { log } = this;
    // The epoch is in the cache before the first append, also when none follows (KAFKA-7415).
    if (state.leaderEpoch > (log.latestEpoch ?? -1)) log.assignLeaderEpoch(state.leaderEpoch);
    this.epochStart = log.logEndOffset;
    this.assign(state);
    const now = this.environment.clock.monotonic();
    this.followers.epochBegins(now, log.writtenEndOffset, state.isr);
  }

  private assign({ replicas, addingReplicas }: LeaderAndIsr): void {
    // Those that a reassignment adds are not what the topic asks for.
    this.replicationFactor = replicas.filter((id) => !addingReplicas.includes(id)).length;
    this.followers.assign(replicas);
  }

  /**
   * A follower in sync has everything committed, and everything up to the start of this epoch: what
   * the previous leader may have committed lies below.
   */
  private expandIfInSync(follower: ReplicaProgress): void {
    const { log } = this;
    const isrState = this.negotiation.state;
    const { brokerId, logEndOffset } = follower;
    if (isrState.kind !== 'committed' || isrState.isr.includes(brokerId)) return;
    if (logEndOffset < log.highWatermark || logEndOffset < this.epochStart) return;
    if (this.environment.clock.monotonic() < this.noExpansionBefore) return;
    if (!this.followers.mayJoin(follower)) return;
    this.environment.logger.info(
      {
        event: 'isr-expanding',
        partition: this.name,
        isr: isrState.isr,
        joining: brokerId,
        logEndOffset,
      },
      `Broker ${brokerId} has caught up in ${this.name} and shall join its ISR.`,
    );
    this.negotiation.propose(expandedIsr(isrState, brokerId, (id) => this.followers.member(id)));
  }

  private pauseExpansion(): void {
    this.noExpansionBefore = this.environment.clock.monotonic() + REFUSED_PAUSE_MS;
  }

  private advance(): void {
    const { log, environment, maximalIsr } = this;
    const end = log.writtenEndOffset;
    if (end <= log.highWatermark || this.ended || this.isr.length < this.minIsr) return;
    const now = environment.clock.monotonic();
    const highWatermark = this.followers.smallestEnd(maximalIsr, end, now, this.noExpansionBefore);
    if (highWatermark <= log.highWatermark) return;
    log.updateHighWatermark(highWatermark);
    this.waiters.committed(highWatermark);
    this.changed();
  }

  /** Nobody is kept waiting for a high watermark that cannot move. */
  private refuseIfTooFew(): void {
    if (this.waiters.isEmpty) return;
    const needed = this.minIsr;
    if (this.isr.length >= needed) return;
    this.waiters.failAll(
      new ProtocolError('NOT_ENOUGH_REPLICAS_AFTER_APPEND', this.tooFew(needed)),
    );
  }

  private tooFew(needed: number): string {
    return `In sync: ${this.isr.length}; min.insync.replicas asks for ${needed}.`;
  }
}
