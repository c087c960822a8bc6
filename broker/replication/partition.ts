import { ProtocolError } from '../../client/protocol/protocol-error';
import { partitionName, type Log, type LogAppendInfo, type TopicPartition } from '../log';
import type { ConditionPurgatory } from './condition-purgatory';
import type { FetchPurgatory } from './fetch-purgatory';
import type { LeaderAndIsr } from './leader-and-isr';
import { Leadership, type FetchingReplica, type LeadershipEnvironment } from './leadership';
import type { FollowerPosition } from './replica-progress';

/** "Not known" in requests that carry the leader epoch the client believes in (KIP-320). */
export const UNKNOWN_EPOCH = -1;

export interface PartitionEnvironment extends LeadershipEnvironment {
  readonly purgatory: FetchPurgatory;
  readonly deletions: ConditionPurgatory<Partition>;
  /** The proof that the cluster has not given up this broker, nor what it leads. */
  readonly lease: { isHeld(): boolean };
}

/**
 * One partition as this broker sees it: who leads, under which epoch, and what it may do with its
 * {@link Log} because of that. What a leader does is in {@link Leadership}; what a follower does, in
 * FollowerFetchers.
 *
 * The state obeyed changes only when the change is done, so that one that failed halfway is done
 * again when the controller repeats it.
 */
export class Partition {
  private state: LeaderAndIsr | undefined;
  private role: 'none' | 'leader' | 'follower' = 'none';
  private leadership: Leadership | undefined;
  private log: Log | undefined;
  private offline: string | undefined;

  constructor(
    readonly topicPartition: TopicPartition,
    private readonly environment: PartitionEnvironment,
  ) {}

  /** Undefined until the controller has told. */
  get topicId(): string | undefined {
    return this.state?.topicId;
  }

  get leaderEpoch(): number {
    return this.state?.leaderEpoch ?? UNKNOWN_EPOCH;
  }

  get partitionEpoch(): number {
    return this.leadership?.partitionEpoch ?? this.state?.partitionEpoch ?? -1;
  }

  /** Broker id of the leader, -1 for none or unknown. */
  get leader(): number {
    return this.state?.leader ?? -1;
  }

  /** Whether this broker leads the partition and can serve it. */
  get isLeader(): boolean {
    return this.role === 'leader' && this.offline === undefined;
  }

  get isFollower(): boolean {
    return this.role === 'follower' && this.offline === undefined;
  }

  /** Whether the directory of its log has failed. */
  get isOffline(): boolean {
    return this.offline !== undefined;
  }

  get isr(): readonly number[] {
    return this.leadership?.isr ?? this.state?.isr ?? [];
  }

  /** The brokers that shall hold a copy. */
  get replicas(): readonly number[] {
    return this.state?.replicas ?? [];
  }

  /** Whether one replica in sync less would make this leader refuse acks=all. */
  get isAtMinIsr(): boolean {
    return this.leadership !== undefined && this.leadership.isr.length === this.leadership.minIsr;
  }

  /** Whether acks=all is refused here for want of replicas in sync. */
  get isUnderMinIsr(): boolean {
    return this.leadership !== undefined && this.leadership.isr.length < this.leadership.minIsr;
  }

  /** The log, while clients or followers can be served from it. */
  get servedLog(): Log | undefined {
    return this.offline === undefined && this.role !== 'none' ? this.log : undefined;
  }

  /** First offset consumers may not see yet. */
  get highWatermark(): number {
    return this.log?.highWatermark ?? -1;
  }

  /** Takes the lead, or goes on with it under a newer state. */
  lead(log: Log, state: LeaderAndIsr): void {
    const { leadership } = this;
    this.log = log;
    this.state = state;
    this.offline = undefined;
    if (leadership && leadership.log === log) {
      leadership.renew(state);
    } else {
      leadership?.end(this.notLeading());
      this.role = 'leader';
      this.leadership = this.newLeadership(log, state);
      this.leadership.written();
    }
    this.changed();
  }

  /** Follows: what consumers may read comes with what FollowerFetchers copies. */
  follow(log: Log, state: LeaderAndIsr): void {
    this.resign();
    this.log = log;
    this.state = state;
    this.offline = undefined;
    this.role = 'follower';
    const changed = () => this.changed();
    log.setListener({ onLogStartOffsetRaised: changed, onTruncated: changed });
    this.changed();
  }

  /** The same leader epoch, told again with a newer partition epoch. */
  refresh(state: LeaderAndIsr): void {
    this.state = state;
    this.leadership?.renew(state);
  }

  /** Neither leads nor follows from now on; whoever waits here is told. */
  resign(): void {
    const { leadership } = this;
    this.role = 'none';
    this.leadership = undefined;
    if (leadership) {
      this.log?.setListener({});
      leadership.end(this.notLeading());
    }
    this.changed();
  }

  /**
   * The directory that holds the log has failed, or does not let it be opened; only another replica
   * could serve it now.
   *
   * @param why for the clients
   */
  goOffline(why = `The log directory of ${partitionName(this.topicPartition)} has failed.`): void {
    this.offline = why;
    this.log?.setListener({});
    this.leadership?.end(new ProtocolError('KAFKA_STORAGE_ERROR', why));
    this.leadership = undefined;
    this.role = 'none';
    this.changed();
  }

  /** Nobody waits for other replicas any more; the broker is stopping. */
  stopWaiting(): void {
    this.leadership?.refuseWaiting(this.notLeading());
  }

  /** More can be read, or less, or by others. */
  changed(): void {
    this.environment.purgatory.check(this);
    this.environment.deletions.check(this);
  }

  /**
   * The log, for the leader's work.
   *
   * @param currentLeaderEpoch the epoch the client believes in, or {@link UNKNOWN_EPOCH}
   * @throws ProtocolError NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
   *   KAFKA_STORAGE_ERROR
   */
  leaderLog(currentLeaderEpoch = UNKNOWN_EPOCH): Log {
    return this.leading(currentLeaderEpoch).log;
  }

  /**
   * The log, for reading below the high watermark: here and on followers (KIP-392).
   *
   * @throws ProtocolError as {@link leaderLog}
   */
  readableLog(currentLeaderEpoch = UNKNOWN_EPOCH): Log {
    this.assertServing(currentLeaderEpoch);
    const log = this.servedLog;
    if (!log) throw this.notLeading();
    return log;
  }

  /**
   * What this broker knows as the leader.
   *
   * @throws ProtocolError as {@link leaderLog}
   */
  leading(currentLeaderEpoch = UNKNOWN_EPOCH): Leadership {
    this.assertServing(currentLeaderEpoch);
    const { leadership } = this;
    if (!leadership) throw this.notLeading();
    return leadership;
  }

  /** Whether a lead that was seen earlier goes on. */
  isLedBy(leadership: Leadership): boolean {
    return this.leadership === leadership;
  }

  /**
   * Appends a producer's batches. With acks 1 the answer may go out when `written` has resolved, and
   * {@link assertLease} does not object; with acks -1 when {@link committed} has resolved.
   *
   * @param acks 0, 1 or -1
   * @throws ProtocolError NOT_ENOUGH_REPLICAS, or what {@link leaderLog} and Log.appendAsLeader throw
   */
  append(records: Buffer, acks: number): LogAppendInfo {
    const leadership = this.leading();
    if (acks === -1) leadership.assertEnoughReplicas();
    else this.assertLease();
    const awaitsFollowers = acks === -1 && leadership.isr.length > 1;
    return leadership.log.appendAsLeader(records, leadership.leaderEpoch, { awaitsFollowers });
  }

  /**
   * Resolves when what has just been appended is on every replica in sync. To be called in the same
   * turn of the event loop as {@link append}.
   *
   * @throws ProtocolError NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT,
   *   NOT_LEADER_OR_FOLLOWER when the lead is lost meanwhile; LogStorageError
   */
  async committed({ written, lastOffset }: LogAppendInfo, timeoutMs: number): Promise<void> {
    const { leadership } = this;
    // A write that fails gives the offsets back: others could pass the high watermark instead.
    await written;
    if (!leadership || leadership !== this.leadership) throw this.notLeading();
    await leadership.committed(lastOffset + 1, timeoutMs);
  }

  /**
   * Whether an append that only this broker has may be acknowledged: another may have taken over
   * while the broker was cut off or did not run.
   *
   * @throws ProtocolError NOT_LEADER_OR_FOLLOWER
   */
  assertLease(): void {
    if (this.environment.lease.isHeld()) return;
    throw new ProtocolError(
      'NOT_LEADER_OR_FOLLOWER',
      `Broker ${this.environment.brokerId} has lost touch with ZooKeeper and may not lead any more.`,
    );
  }

  /**
   * Notes a follower's fetch, which must have been checked to continue this log.
   *
   * @throws ProtocolError as {@link Leadership.recordFetch}
   */
  recordFetch(replica: FetchingReplica, position: FollowerPosition): void {
    this.leadership?.recordFetch(replica, position);
  }

  reviewIsr(): void {
    this.leadership?.reviewIsr();
  }

  /** What waited for a broker that lives no more may be done. */
  brokersChanged(): void {
    this.leadership?.brokersChanged();
    this.environment.deletions.check(this);
  }

  private newLeadership(log: Log, state: LeaderAndIsr): Leadership {
    const leadership = new Leadership(log, state, this.environment, () => this.changed());
    log.setListener({
      onWritten: () => leadership.written(),
      onLogStartOffsetRaised: () => this.changed(),
      onTruncated: () => leadership.takenBack(),
    });
    return leadership;
  }

  private assertServing(currentLeaderEpoch: number): void {
    if (currentLeaderEpoch !== UNKNOWN_EPOCH && this.state) {
      if (currentLeaderEpoch < this.state.leaderEpoch) {
        throw new ProtocolError('FENCED_LEADER_EPOCH');
      }
      if (currentLeaderEpoch > this.state.leaderEpoch) {
        throw new ProtocolError('UNKNOWN_LEADER_EPOCH');
      }
    }
    if (this.offline !== undefined) throw new ProtocolError('KAFKA_STORAGE_ERROR', this.offline);
  }

  private notLeading(): ProtocolError {
    return new ProtocolError(
      'NOT_LEADER_OR_FOLLOWER',
      `Broker ${this.environment.brokerId} does not lead ${partitionName(this.topicPartition)}.`,
    );
  }
}
