import { ProtocolError } from '../../client/protocol/protocol-error';
import type { TimerHandle } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { partitionName, type TopicPartition } from '../log';
import { ConditionPurgatory } from './condition-purgatory';
import { ControllerGate } from './controller-gate';
import { eachPartition, type Failures } from './failures';
import { FetchPurgatory } from './fetch-purgatory';
import { HostedPartitions } from './hosted-partitions';
import type { LeaderAndIsr } from './leader-and-isr';
import type { LeadershipEnvironment } from './leadership';
import { LeadershipChanges, type LeadershipChangesOptions } from './leadership-changes';
import { Mandate } from './mandate';
import { Partition, UNKNOWN_EPOCH, type PartitionEnvironment } from './partition';
import { ProducePurgatory } from './produce-purgatory';
import { Strays, type Assignment } from './strays';

export interface ReplicaManagerOptions
  extends Omit<LeadershipEnvironment, 'produces'>, LeadershipChangesOptions {
  readonly lease: PartitionEnvironment['lease'];
  /** Own broker epoch, of the latest registration; -1 before the first. */
  brokerEpoch(): number;
  /** Whether this broker is registered in the present ZooKeeper session. */
  isRegistered(): boolean;
  /** Whether the cluster has a partition, wherever it is hosted. */
  exists(topic: string, partition: number): boolean;
}

export type { LeaderAndIsr } from './leader-and-isr';

/** One partition's share of a StopReplica instruction. */
export interface StoppedReplica {
  readonly topicPartition: TopicPartition;
  /** {@link ANY_EPOCH} or {@link EPOCH_DURING_DELETE} for whichever. */
  readonly leaderEpoch: number;
  /** Whether its log goes as well. */
  readonly deletePartition: boolean;
}

/** How long a request waits for instructions that are being obeyed. */
const SETTLING_MS = 1000;

/** A StopReplica instruction that does not say under which epoch. */
export const ANY_EPOCH = -1;
/** A StopReplica instruction because the topic is deleted. */
export const EPOCH_DURING_DELETE = -2;

/**
 * The partitions this broker hosts, and the way the controller's instructions take to them
 * (Kafka's ReplicaManager). Instructions are obeyed one batch at a time, in the order they came.
 */
export class ReplicaManager {
  /** Fetches that wait. */
  readonly purgatory: FetchPurgatory;
  /** Appends with acks=all that wait. */
  readonly produces: ProducePurgatory;
  /** DeleteRecords that wait for the followers. */
  readonly deletions: ConditionPurgatory<Partition>;
  /** For whatever a controller sends. */
  readonly gate: ControllerGate;
  private readonly hosted: HostedPartitions;
  private readonly changes: LeadershipChanges;
  private readonly strays: Strays;
  private readonly mandate: Mandate;
  private lastBatch: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();
  private reviewTimer: TimerHandle;

  constructor(private readonly options: ReplicaManagerOptions) {
    const { clock } = options;
    this.purgatory = new FetchPurgatory(clock);
    this.produces = new ProducePurgatory(clock);
    this.deletions = new ConditionPurgatory(clock);
    this.gate = new ControllerGate(options.brokerId, () => options.brokerEpoch());
    this.mandate = new Mandate(options);
    const environment: PartitionEnvironment = {
      brokerId: options.brokerId,
      clock,
      logger: options.logger,
      isr: options.isr,
      lease: { isHeld: () => options.lease.isHeld() && this.mandate.isHeld() },
      purgatory: this.purgatory,
      produces: this.produces,
      deletions: this.deletions,
      minInsyncReplicas: (topic, factor) => options.minInsyncReplicas(topic, factor),
      replicaLagTimeMaxMs: () => options.replicaLagTimeMaxMs(),
      liveBrokerEpoch: (id) => options.liveBrokerEpoch(id),
    };
    this.hosted = new HostedPartitions((of) => new Partition(of, environment));
    this.changes = new LeadershipChanges(this.hosted, options);
    this.strays = new Strays({
      ...options,
      isInUse: ({ topic, partition }) => {
        const hosted = this.find(topic, partition);
        return hosted !== undefined && (hosted.isLeader || hosted.isFollower);
      },
    });
    this.armReview();
  }

  /**
   * @throws ProtocolError NOT_LEADER_OR_FOLLOWER (hosted by others only: clients look for it anew),
   *   UNKNOWN_TOPIC_OR_PARTITION
   */
  partition(topic: string, index: number): Partition {
    const partition = this.hosted.find(topic, index);
    if (partition) return partition;
    throw new ProtocolError(
      this.options.exists(topic, index) ? 'NOT_LEADER_OR_FOLLOWER' : 'UNKNOWN_TOPIC_OR_PARTITION',
    );
  }

  /**
   * The same for those who can wait: a partition that is about to lead or to follow for the first
   * time here gets a moment for it. Metadata may have told of a new leader before that has its log.
   */
  async settledPartition(topic: string, index: number): Promise<Partition> {
    const { isLeader, isFollower, isOffline } = this.partition(topic, index);
    if (!isLeader && !isFollower && !isOffline) {
      const { clock } = this.options;
      const moment = deferred();
      const timer = clock.setTimeout(moment.resolve, SETTLING_MS);
      await Promise.race([this.lastBatch, moment.promise]);
      clock.clearTimeout(timer);
    }
    return this.partition(topic, index);
  }

  /** The partition, if it is hosted here. */
  find(topic: string, index: number): Partition | undefined {
    return this.hosted.find(topic, index);
  }

  /** All partitions hosted here. */
  partitions(): Partition[] {
    return this.hosted.all();
  }

  /**
   * Does what the controller says: leads what it shall lead, follows what it shall follow.
   *
   * @param isFull whether the instructions name all replicas of this broker
   * @param brokerEpoch of the broker that is meant, -1 for whichever lives
   * @returns the error of each partition that failed, by name: STALE_CONTROLLER_EPOCH,
   *   INCONSISTENT_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR
   * @throws ProtocolError STALE_CONTROLLER_EPOCH
   */
  becomeLeaderOrFollower(
    controllerEpoch: number,
    instructions: readonly LeaderAndIsr[],
    isFull = false,
    brokerEpoch = -1,
  ): Promise<Failures> {
    return this.inTurn(async () => {
      this.gate.assertCurrent(controllerEpoch);
      if (isFull) {
        await this.stopUnnamed(instructions);
        await this.strays.namedByController(controllerEpoch, instructions, this.release);
      }
      const failures = await this.changes.obey(instructions);
      if (isFull) this.mandate.given(brokerEpoch);
      return failures;
    });
  }

  /** Others live than before. */
  brokersChanged(): void {
    for (const partition of this.partitions()) partition.brokersChanged();
  }

  /**
   * Calls back when this broker may lead other partitions than before. Returns how to end that.
   */
  onLeadershipChange(callback: () => void): () => void {
    this.listeners.add(callback);
    return () => void this.listeners.delete(callback);
  }

  /**
   * Lets partitions go, with their files where the controller says so.
   *
   * @returns the error of each partition that failed, by name: FENCED_LEADER_EPOCH,
   *   KAFKA_STORAGE_ERROR
   */
  stopReplicas(partitions: readonly StoppedReplica[]): Promise<Failures> {
    return this.inTurn(async () => {
      const failures: Failures = new Map();
      const stopped = partitions.filter(({ topicPartition, leaderEpoch }) => {
        const current =
          this.hosted.find(topicPartition.topic, topicPartition.partition)?.leaderEpoch ??
          UNKNOWN_EPOCH;
        if (leaderEpoch < 0 || leaderEpoch >= current) return true;
        failures.set(partitionName(topicPartition), new ProtocolError('FENCED_LEADER_EPOCH'));
        return false;
      });
      const named = stopped.map(({ topicPartition }) => topicPartition);
      for (const { topic, partition } of named) this.hosted.find(topic, partition)?.resign();
      await this.options.followers.unfollow(named);
      const deleted = stopped.filter(({ deletePartition }) => deletePartition);
      await eachPartition(deleted, failures, this.options.logger, async ({ topicPartition }) => {
        if (this.options.logManager.isOffline(topicPartition)) {
          throw new ProtocolError('KAFKA_STORAGE_ERROR');
        }
        this.hosted.forget(topicPartition);
        await this.options.logManager.deleteLog(topicPartition);
      });
      this.logStopped(stopped, failures);
      return failures;
    });
  }

  /**
   * Moves logs aside that nobody needs: those that neither the last full LeaderAndIsr names nor the
   * metadata assigns to this broker. To be called after a full UpdateMetadata.
   *
   * @param assignmentOf by what the metadata says now
   */
  removeStrays(
    controllerEpoch: number,
    assignmentOf: (topicPartition: TopicPartition) => Assignment | undefined,
  ): Promise<void> {
    return this.inTurn(() =>
      this.strays.knownByMetadata(controllerEpoch, assignmentOf, this.release),
    );
  }

  /** A log directory has failed: what lies in it is no longer served here. */
  onDirectoryFailure(): void {
    const { logManager, followers } = this.options;
    const failed = this.partitions().filter(({ topicPartition }) =>
      logManager.isOffline(topicPartition),
    );
    for (const partition of failed) partition.goOffline();
    this.tellListeners();
    void followers.unfollow(failed.map(({ topicPartition }) => topicPartition));
  }

  /** Lets nobody wait any longer, and copies nothing more. */
  async close(): Promise<void> {
    this.options.clock.clearTimeout(this.reviewTimer);
    for (const partition of this.partitions()) partition.stopWaiting();
    this.purgatory.completeAll();
    this.deletions.completeAll();
    await this.options.followers.close();
  }

  /** Takes the hands of all off a log that is about to go. */
  private readonly release = async (topicPartition: TopicPartition): Promise<void> => {
    this.hosted.forget(topicPartition);
    await this.options.followers.unfollow([topicPartition]);
  };

  /**
   * A partition that was moved away while this broker was cut off: nobody could tell it to stop, and
   * in its old epoch it would answer clients that have not heard of the move either. Its log stays.
   */
  private async stopUnnamed(instructions: readonly LeaderAndIsr[]): Promise<void> {
    const named = new Set(instructions.map(({ topicPartition }) => partitionName(topicPartition)));
    const unnamed = this.partitions()
      .filter(({ isLeader, isFollower }) => isLeader || isFollower)
      .filter(({ topicPartition }) => !named.has(partitionName(topicPartition)));
    if (unnamed.length === 0) return;
    for (const partition of unnamed) partition.resign();
    await this.options.followers.unfollow(unnamed.map(({ topicPartition }) => topicPartition));
    const stopped = unnamed.map(({ topicPartition, leaderEpoch }) => ({
      topicPartition,
      leaderEpoch,
      deletePartition: false,
    }));
    this.logStopped(stopped, new Map());
  }

  private logStopped(stopped: readonly StoppedReplica[], failures: Failures): void {
    for (const { topicPartition, deletePartition, leaderEpoch } of stopped) {
      const name = partitionName(topicPartition);
      if (failures.has(name)) continue;
      this.options.logger.info(
        { event: 'replica-stopped', partition: name, leaderEpoch, deleted: deletePartition },
        deletePartition ? `${name} is deleted here.` : `${name} is neither led nor followed here.`,
      );
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastBatch.then(work).finally(() => this.tellListeners());
    this.lastBatch = result.catch(() => {});
    return result;
  }

  private tellListeners(): void {
    for (const callback of this.listeners) callback();
  }

  /** One timer for the ISRs of all partitions, so that a follower leaves after 1 to 1.5 lags. */
  private armReview(): void {
    this.reviewTimer = this.options.clock.setTimeout(
      () => {
        for (const partition of this.partitions()) partition.reviewIsr();
        this.armReview();
      },
      Math.max(1, this.options.replicaLagTimeMaxMs() / 2),
    );
  }
}
