import { ProtocolError } from '../../client/protocol/protocol-error';
import { partitionName, type Log, type LogAppendInfo, type TopicPartition } from '../log';
import type { FetchPurgatory } from './fetch-purgatory';
import type { PartitionState } from './partition-state';

/** "Not known" in requests that carry the leader epoch the client believes in (KIP-320). */
export const UNKNOWN_EPOCH = -1;

export interface PartitionEnvironment {
  readonly brokerId: number;
  readonly purgatory: FetchPurgatory;
  /** `min.insync.replicas` of the topic. */
  minInsyncReplicas(topic: string, replicationFactor: number): number;
}

/**
 * One partition as this broker sees it: who leads, under which epoch, and how far what consumers
 * may read has come. Its records are in its {@link Log}.
 *
 * The high watermark is the smallest log end of the in-sync replicas. While this broker is the
 * only one in the ISR, that is the end of what its own log has written.
 */
export class Partition {
  private state: PartitionState | undefined;
  private log: Log | undefined;
  private offline: string | undefined;

  constructor(
    readonly topicPartition: TopicPartition,
    private readonly environment: PartitionEnvironment,
  ) {}

  get leaderEpoch(): number {
    return this.state?.leaderEpoch ?? UNKNOWN_EPOCH;
  }

  /** Whether this broker leads the partition and can serve it. */
  get isLeader(): boolean {
    return this.state?.leader === this.environment.brokerId && this.offline === undefined;
  }

  get isr(): readonly number[] {
    return this.state?.isr ?? [];
  }

  /** The brokers that shall hold a copy. */
  get replicas(): readonly number[] {
    return this.state?.replicas ?? [];
  }

  /** Takes the lead under a new epoch. The epoch is in the epoch cache before the first append. */
  lead(log: Log, state: PartitionState): void {
    this.log = log;
    this.state = state;
    this.offline = undefined;
    if (state.leaderEpoch > (log.latestEpoch ?? UNKNOWN_EPOCH)) {
      log.assignLeaderEpoch(state.leaderEpoch);
    }
    log.setListener({
      onWritten: () => this.advanceHighWatermark(),
      onLogStartOffsetRaised: () => this.environment.purgatory.check(this),
      onTruncated: () => this.environment.purgatory.check(this),
    });
    this.advanceHighWatermark();
    this.environment.purgatory.check(this);
  }

  /** Stops leading; whoever waits here is told. */
  resign(state?: PartitionState): void {
    this.state = state;
    this.environment.purgatory.check(this);
  }

  /**
   * The directory that holds the log has failed, or does not let it be opened; only another replica
   * could serve it now.
   *
   * @param why for the clients
   */
  goOffline(why = `The log directory of ${partitionName(this.topicPartition)} has failed.`): void {
    this.offline = why;
    this.environment.purgatory.check(this);
  }

  /**
   * The log, for the leader's work.
   *
   * @param currentLeaderEpoch the epoch the client believes in, or {@link UNKNOWN_EPOCH}
   * @throws ProtocolError NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
   *   KAFKA_STORAGE_ERROR
   */
  leaderLog(currentLeaderEpoch = UNKNOWN_EPOCH): Log {
    if (currentLeaderEpoch !== UNKNOWN_EPOCH && this.state) {
      if (currentLeaderEpoch < this.state.leaderEpoch) {
        throw new ProtocolError('FENCED_LEADER_EPOCH');
      }
      if (currentLeaderEpoch > this.state.leaderEpoch) {
        throw new ProtocolError('UNKNOWN_LEADER_EPOCH');
      }
    }
    if (this.offline !== undefined) throw new ProtocolError('KAFKA_STORAGE_ERROR', this.offline);
    if (!this.isLeader || !this.log) {
      throw new ProtocolError(
        'NOT_LEADER_OR_FOLLOWER',
        `Broker ${this.environment.brokerId} does not lead ${partitionName(this.topicPartition)}.`,
      );
    }
    return this.log;
  }

  /**
   * Appends a producer's batches. The answer may go out when `written` has resolved.
   *
   * @param acks 0, 1 or -1
   * @throws ProtocolError NOT_ENOUGH_REPLICAS, or what {@link leaderLog} and Log.appendAsLeader throw
   */
  append(records: Buffer, acks: number): LogAppendInfo {
    const log = this.leaderLog();
    if (acks === -1) this.assertEnoughReplicas();
    return log.appendAsLeader(records, this.leaderEpoch);
  }

  /** First offset consumers may not see yet. */
  get highWatermark(): number {
    return this.log?.highWatermark ?? -1;
  }

  private assertEnoughReplicas(): void {
    const { topic } = this.topicPartition;
    const { isr, replicas } = this.state as PartitionState;
    const needed = this.environment.minInsyncReplicas(topic, replicas.length);
    if (isr.length < needed) {
      throw new ProtocolError(
        'NOT_ENOUGH_REPLICAS',
        `${partitionName(this.topicPartition)} has ${isr.length} replicas in sync, ${needed} are needed.`,
      );
    }
  }

  private advanceHighWatermark(): void {
    const { log } = this;
    if (!log || !this.isLeader || log.writtenEndOffset <= log.highWatermark) return;
    log.updateHighWatermark(log.writtenEndOffset);
    this.environment.purgatory.check(this);
  }
}
