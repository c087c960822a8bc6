import { apis } from '../protocol/apis';
import type { ResponseOf } from '../protocol/api';
import { ProtocolError } from '../protocol/protocol-error';
import type { TimerHandle } from '../runtime/clock';
import { describeError } from '../runtime/error';
import { actionFor, ClientClosedError, type BrokerNode, type Cluster } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import { PartitionReadError } from './consumer-errors';
import type { ResolvedConsumerOptions } from './consumer-options';
import { planFetches, type FetchPlan } from './fetch-plan';
import {
  errorOfReply,
  reactionTo,
  reactionToCode,
  takeRecords,
  type FetchReaction,
  type PartitionReply,
} from './fetch-reply';
import { fetchRequest } from './fetch-request';
import type { LeaderFinder } from './leader-finder';
import { PartitionRecovery, type RecoveryEvents } from './partition-recovery';
import { PositionValidator } from './position-validator';

type FetchResponse = ResponseOf<typeof apis.Fetch>;

/**
 * Milliseconds for which metadata that knows only a leader from before the last record is taken to
 * be behind; after that it is the topic that is another one under the same name.
 */
const OUTDATED_MS = 10_000;

/** What a partition was asked for; an answer to anything else is stale. */
interface Asked {
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** A request under way. */
interface InFlight extends FetchPlan {
  readonly asked: ReadonlyMap<AssignedPartition, Asked>;
  /** Bytes that may come. */
  readonly maxBytes: number;
}

export interface FetcherEvents extends RecoveryEvents {
  /** There may be something to hand out. */
  onArrival(): void;
}

/**
 * Keeps the buffers of the assigned partitions filled. There is one fetch under way per broker, on
 * a connection of its own; the next leaves as soon as the one before is answered, before its
 * records are handed out, as long as the buffers have room.
 */
export class Fetcher {
  private readonly recovery: PartitionRecovery;
  private readonly validator: PositionValidator;
  private readonly inFlight = new Map<number, InFlight>();
  /** Until when a broker is not asked without the partitions that were left out. */
  private readonly quietUntil = new Map<number, number>();
  private reserved = 0;
  private waitsForRoom = false;
  private waitsForReader = false;
  private timer: TimerHandle | undefined;
  private closed = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly assignment: Assignment,
    private readonly leaders: LeaderFinder,
    private readonly options: ResolvedConsumerOptions,
    private readonly events: FetcherEvents,
  ) {
    this.recovery = new PartitionRecovery(cluster, assignment, leaders, options, events);
    this.validator = new PositionValidator(cluster, assignment, options.requestTimeoutMs, {
      onEpochEnd: (partition, end, leaderEpoch) =>
        void this.recovery.compare(partition, end, leaderEpoch),
      onFailure: (partition, nodeId, reaction, errorOf) =>
        this.recovery.react(partition, nodeId, reaction, errorOf),
      onDone: () => {
        this.pump();
        this.events.onArrival();
      },
    });
  }

  /** Sends whatever may be asked for now. */
  pump(): void {
    if (this.closed) return;
    const { clock } = this.cluster.options;
    const now = clock.monotonic();
    const decided = planFetches(this.assignment, {
      now,
      enough: this.options.maxPartitionFetchBytes,
      nodeOf: (partition) => this.nodeOf(partition, now),
      isValid: (partition) => partition.isValidUnder(this.leaders.epochOf(partition)),
      isBusy: (nodeId) => this.inFlight.has(nodeId),
    });
    let { retryAt } = decided;
    for (const partition of decided.leaderless) {
      this.recovery.backOff(partition);
      retryAt = Math.min(retryAt, partition.retryAt);
    }
    if (decided.leaderless.length > 0) this.leaders.refresh();
    this.validator.validate(decided.unvalidated);
    this.waitsForReader = decided.waitsForReader;
    this.waitsForRoom = false;
    const brokers = decided.plans.length + this.inFlight.size;
    for (const plan of decided.plans) {
      const quietUntil = this.quietUntil.get(plan.nodeId) ?? 0;
      if (plan.leavesOut && quietUntil > now) retryAt = Math.min(retryAt, quietUntil);
      else this.send(plan, brokers);
    }
    clock.clearTimeout(this.timer);
    if (retryAt < Infinity) this.timer = clock.setTimeout(() => this.pump(), retryAt - now);
  }

  /** To be called after something of this partition was handed out. */
  onHandedOut(partition: AssignedPartition): void {
    if (this.waitsForRoom) this.pump();
    else if (this.waitsForReader) {
      const hasRoom = partition.bufferedBytes <= this.options.maxPartitionFetchBytes;
      if (hasRoom && !(partition.outOfRange && partition.hasBuffered)) this.pump();
    }
  }

  /** To be called when there is new metadata. */
  onMetadata(): void {
    const now = this.cluster.options.clock.monotonic();
    for (const partition of this.assignment) {
      const leader = this.leaderOf(partition, now);
      if (!leader) continue;
      const hasFailed =
        partition.failedNode === leader.nodeId &&
        partition.failedEpoch === this.leaders.epochOf(partition);
      // Who waits because of a former leader need not wait for the new one.
      if (!hasFailed) partition.retryAt = 0;
    }
    this.pump();
  }

  close(): void {
    this.closed = true;
    this.validator.close();
    this.cluster.options.clock.clearTimeout(this.timer);
  }

  private nodeOf(partition: AssignedPartition, now: number): number | undefined {
    const { preferredReplica } = partition;
    if (preferredReplica) {
      const isThere = this.cluster.snapshot.brokers.has(preferredReplica.nodeId);
      if (isThere && now < preferredReplica.until) return preferredReplica.nodeId;
      partition.preferredReplica = undefined;
    }
    return this.leaderOf(partition, now)?.nodeId;
  }

  /** Nobody as long as only a former leader is known: it would not know the last record (KIP-320). */
  private leaderOf(partition: AssignedPartition, now: number): BrokerNode | undefined {
    const epoch = this.leaders.epochOf(partition);
    if (epoch < 0 || partition.fetchedEpoch <= epoch) partition.outdatedSince = undefined;
    else partition.outdatedSince ??= now;
    const { outdatedSince = -Infinity } = partition;
    return now - outdatedSince < OUTDATED_MS ? undefined : this.leaders.leaderOf(partition);
  }

  private send(plan: FetchPlan, brokers: number): void {
    const { maxBufferedBytes, maxPartitionFetchBytes, fetchMaxBytes } = this.options;
    const share = Math.ceil(maxBufferedBytes / brokers);
    const room = maxBufferedBytes - this.assignment.bufferedBytes - this.reserved;
    if (room < Math.min(share, maxPartitionFetchBytes)) {
      this.waitsForRoom = true;
      this.makeRoom();
      return;
    }
    const wanted = plan.partitions.length * maxPartitionFetchBytes;
    const maxBytes = Math.min(fetchMaxBytes, wanted, room, Math.max(share, maxPartitionFetchBytes));
    const asked = new Map<AssignedPartition, Asked>();
    for (const partition of plan.partitions) {
      const leaderEpoch = this.leaders.epochOf(partition);
      asked.set(partition, { offset: partition.fetchOffset, leaderEpoch });
    }
    const sent: InFlight = { ...plan, asked, maxBytes };
    this.inFlight.set(plan.nodeId, sent);
    this.reserved += maxBytes;
    for (const partition of plan.partitions) partition.outOfRange = false;
    this.leaders.keepInUse();
    this.cluster.sendToBrokerCallback(
      plan.nodeId,
      apis.Fetch,
      fetchRequest(plan, maxBytes, this.options, this.cluster.snapshot),
      (error, response) => this.onAnswer(sent, error, response),
      { purpose: 'fetch', timeoutMs: this.options.requestTimeoutMs },
    );
  }

  /** Paused and withheld partitions must not keep the others from being read for ever. */
  private makeRoom(): void {
    if (this.reserved > 0 || this.assignment.nextReady()) return;
    for (const partition of this.assignment) {
      if (!(partition.paused || partition.withheld) || !partition.hasBuffered) continue;
      partition.dropBuffered();
      queueMicrotask(() => this.pump());
    }
  }

  private onAnswer(
    sent: InFlight,
    error: Error | undefined,
    response: FetchResponse | undefined,
  ): void {
    this.inFlight.delete(sent.nodeId);
    this.reserved -= sent.maxBytes;
    if (this.closed) return;
    const failure = error ?? ProtocolError.fromCode(response?.errorCode ?? 0);
    let bytes = 0;
    if (failure) this.onFailure(sent, failure);
    else if (response) bytes = this.receive(sent, response);
    if (sent.leavesOut && bytes === 0) {
      const { clock } = this.cluster.options;
      this.quietUntil.set(sent.nodeId, clock.monotonic() + this.options.fetchMaxWaitMs);
    } else {
      this.quietUntil.delete(sent.nodeId);
    }
    // The next request leaves before the application sees what this one brought.
    this.pump();
    this.events.onArrival();
  }

  private receive(sent: InFlight, { responses }: FetchResponse): number {
    let bytes = 0;
    for (const { topic, partitions } of responses) {
      for (const reply of partitions) {
        const partition = this.assignment.find({ topic, partition: reply.partitionIndex });
        if (!partition || !this.isCurrent(sent, partition)) continue;
        bytes += this.receivePartition(sent, partition, reply, bytes === 0);
      }
    }
    return bytes;
  }

  private receivePartition(
    sent: InFlight,
    partition: AssignedPartition,
    reply: PartitionReply,
    isFirst: boolean,
  ): number {
    if (reply.errorCode !== 0) {
      this.recovery.react(partition, sent.nodeId, reactionToCode(reply.errorCode), () =>
        errorOfReply(partition, reply),
      );
      return 0;
    }
    const leaderEpoch = sent.asked.get(partition)?.leaderEpoch ?? -1;
    if (reply.divergingEpoch.epoch >= 0) {
      this.recovery.diverging(partition, sent.nodeId, reply.divergingEpoch, leaderEpoch);
      return 0;
    }
    partition.leaderEpoch = leaderEpoch;
    partition.failures = 0;
    partition.failedNode = undefined;
    partition.highWatermark = reply.highWatermark;
    partition.lastStableOffset = reply.lastStableOffset;
    let bytes = 0;
    try {
      bytes = takeRecords(partition, reply, isFirst, this.options);
      if (bytes > 0) this.assignment.onFetched(partition, bytes);
    } catch (error) {
      partition.error = error as Error;
      this.assignment.update(partition);
    }
    const { preferredReadReplica: nodeId } = reply;
    if (bytes === 0 && nodeId >= 0 && nodeId !== sent.nodeId) {
      this.prefer(partition, nodeId, sent.nodeId);
    }
    return bytes;
  }

  /** The leader gives no records: a replica nearby shall. */
  private prefer(partition: AssignedPartition, nodeId: number, leader: number): void {
    const { clock, metadataMaxAge } = this.cluster.options;
    if (this.cluster.snapshot.brokers.has(nodeId)) {
      const until = clock.monotonic() + (metadataMaxAge || Infinity);
      partition.preferredReplica = { nodeId, until };
      return;
    }
    // It is newer than what is known of the cluster; the leader would say the same again at once.
    this.recovery.react(
      partition,
      leader,
      'elsewhere',
      () => new PartitionReadError(partition, new ProtocolError('BROKER_NOT_AVAILABLE')),
    );
  }

  /** The whole request failed. */
  private onFailure(sent: InFlight, error: Error): void {
    if (error instanceof ClientClosedError) return;
    const action = actionFor(error);
    const reaction: FetchReaction =
      action === 'reconnect'
        ? 'elsewhere'
        : reactionTo(error instanceof ProtocolError ? error.code : 'NONE', action);
    this.cluster.options.logger.warn(
      { event: 'fetch-failed', broker: sent.nodeId, err: error },
      `Fetching from broker ${sent.nodeId} failed: ${describeError(error)}`,
    );
    for (const partition of sent.partitions) {
      if (!this.isCurrent(sent, partition)) continue;
      this.recovery.react(
        partition,
        sent.nodeId,
        reaction,
        () => new PartitionReadError(partition, error),
      );
    }
  }

  private isCurrent(sent: InFlight, partition: AssignedPartition): boolean {
    const asked = sent.asked.get(partition);
    const leaderEpoch = this.leaders.epochOf(partition);
    return (
      this.assignment.holds(partition) &&
      partition.wanted === undefined &&
      asked?.offset === partition.fetchOffset &&
      // A former leader may answer with records that the new one does not have.
      asked.leaderEpoch === leaderEpoch &&
      partition.isValidUnder(leaderEpoch)
    );
  }
}
