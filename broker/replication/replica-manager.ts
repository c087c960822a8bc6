import { ProtocolError } from '../../client/protocol/protocol-error';
import { ensureCodecsReady } from '../../client/records';
import type { TimerHandle } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import {
  LogStorageError,
  partitionName,
  type Log,
  type LogManager,
  type TopicPartition,
} from '../log';
import { ConditionPurgatory } from './condition-purgatory';
import { ControllerGate } from './controller-gate';
import { FetchPurgatory } from './fetch-purgatory';
import type { FollowedPartition, FollowerFetchers } from './follower-fetchers';
import type { LeaderAndIsr } from './leader-and-isr';
import type { LeadershipEnvironment } from './leadership';
import { Partition, UNKNOWN_EPOCH, type PartitionEnvironment } from './partition';
import { ProducePurgatory } from './produce-purgatory';
import { Strays } from './strays';

export interface ReplicaManagerOptions extends Omit<LeadershipEnvironment, 'produces'> {
  readonly logManager: LogManager;
  readonly followers: FollowerFetchers;
  readonly lease: PartitionEnvironment['lease'];
  /** Own broker epoch, -1 while not registered. */
  brokerEpoch(): number;
  /** Makes sure that the configs of a topic are known here, before its first log is made. */
  loadConfigs(topic: string): Promise<void>;
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

/** A StopReplica instruction that does not say under which epoch. */
export const ANY_EPOCH = -1;
/** A StopReplica instruction because the topic is deleted. */
export const EPOCH_DURING_DELETE = -2;

/** How long new topics wait for their configs. */
const CONFIGS_TIMEOUT_MS = 2000;

/** What an instruction asks of a partition. */
interface Transition {
  readonly partition: Partition;
  readonly instruction: LeaderAndIsr;
}

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
  private readonly topics = new Map<string, Partition[]>();
  private readonly environment: PartitionEnvironment;
  private readonly strays: Strays;
  private lastBatch: Promise<unknown> = Promise.resolve();
  private reviewTimer: TimerHandle;

  constructor(private readonly options: ReplicaManagerOptions) {
    const { clock } = options;
    this.purgatory = new FetchPurgatory(clock);
    this.produces = new ProducePurgatory(clock);
    this.deletions = new ConditionPurgatory(clock);
    this.gate = new ControllerGate(() => options.brokerEpoch());
    this.environment = {
      brokerId: options.brokerId,
      clock,
      logger: options.logger,
      isr: options.isr,
      lease: options.lease,
      purgatory: this.purgatory,
      produces: this.produces,
      deletions: this.deletions,
      minInsyncReplicas: (topic, factor) => options.minInsyncReplicas(topic, factor),
      replicaLagTimeMaxMs: () => options.replicaLagTimeMaxMs(),
      liveBrokerEpoch: (id) => options.liveBrokerEpoch(id),
    };
    this.strays = new Strays(options.logManager, options.logger);
    this.armReview();
  }

  /** @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION */
  partition(topic: string, index: number): Partition {
    const partition = this.find(topic, index);
    if (!partition) throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
    return partition;
  }

  /** The partition, if it is hosted here. */
  find(topic: string, index: number): Partition | undefined {
    return this.topics.get(topic)?.[index];
  }

  /** All partitions hosted here. */
  partitions(): Partition[] {
    return [...this.topics.values()].flatMap((partitions) => partitions.filter(Boolean));
  }

  /**
   * Does what the controller says: leads what it shall lead, follows what it shall follow.
   *
   * @param isFull whether the instructions name all replicas of this broker
   * @returns the error of each partition that failed, by name: STALE_CONTROLLER_EPOCH,
   *   INCONSISTENT_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR
   * @throws ProtocolError STALE_CONTROLLER_EPOCH
   */
  becomeLeaderOrFollower(
    controllerEpoch: number,
    instructions: readonly LeaderAndIsr[],
    isFull = false,
  ): Promise<Map<string, Error>> {
    return this.inTurn(async () => {
      this.gate.assertCurrent(controllerEpoch);
      if (isFull) await this.strays.namedByController(controllerEpoch, instructions, this.release);
      return this.obey(instructions);
    });
  }

  /**
   * Lets partitions go, with their files where the controller says so.
   *
   * @returns the error of each partition that failed, by name: FENCED_LEADER_EPOCH,
   *   KAFKA_STORAGE_ERROR
   */
  stopReplicas(partitions: readonly StoppedReplica[]): Promise<Map<string, Error>> {
    return this.inTurn(async () => {
      const failures = new Map<string, Error>();
      const stopped = partitions.filter(({ topicPartition, leaderEpoch }) => {
        const current =
          this.find(topicPartition.topic, topicPartition.partition)?.leaderEpoch ?? UNKNOWN_EPOCH;
        if (leaderEpoch < 0 || leaderEpoch >= current) return true;
        failures.set(partitionName(topicPartition), new ProtocolError('FENCED_LEADER_EPOCH'));
        return false;
      });
      const named = stopped.map(({ topicPartition }) => topicPartition);
      for (const { topic, partition } of named) this.find(topic, partition)?.resign();
      await this.options.followers.unfollow(named);
      const deleted = stopped.filter(({ deletePartition }) => deletePartition);
      await this.eachOf(deleted, failures, async ({ topicPartition }) => {
        if (this.options.logManager.isOffline(topicPartition)) {
          throw new ProtocolError('KAFKA_STORAGE_ERROR');
        }
        this.forget(topicPartition);
        await this.options.logManager.deleteLog(topicPartition);
      });
      this.logStopped(stopped, failures);
      return failures;
    });
  }

  /**
   * Moves logs aside whose topics are gone: those that neither the last full LeaderAndIsr names nor
   * the metadata knows. To be called after a full UpdateMetadata.
   *
   * @param topicIdOf by what the metadata says now
   */
  removeStrays(
    controllerEpoch: number,
    topicIdOf: (topic: string) => string | undefined,
  ): Promise<void> {
    return this.inTurn(() => this.strays.knownByMetadata(controllerEpoch, topicIdOf, this.release));
  }

  /** A log directory has failed: what lies in it is no longer served here. */
  onDirectoryFailure(): void {
    const { logManager, followers } = this.options;
    const failed = this.partitions().filter(({ topicPartition }) =>
      logManager.isOffline(topicPartition),
    );
    for (const partition of failed) partition.goOffline();
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

  private async obey(instructions: readonly LeaderAndIsr[]): Promise<Map<string, Error>> {
    const { followers } = this.options;
    const failures = new Map<string, Error>();
    const transitions = instructions.flatMap((instruction) => {
      try {
        return this.transitionFor(instruction) ?? [];
      } catch (error) {
        this.failed(instruction.topicPartition, error, failures);
        return [];
      }
    });
    const { brokerId } = this.options;
    const leading = transitions.filter(({ instruction }) => instruction.leader === brokerId);
    const following = transitions.filter(({ instruction }) => instruction.leader !== brokerId);
    // Before anything is waited for: what others lead now is not served here any more.
    for (const { partition } of following) if (partition.isLeader) partition.resign();
    await this.loadConfigs(instructions);
    const done = [...leading, ...following.filter(({ instruction }) => instruction.leader < 0)];
    await followers.unfollow(done.map(({ partition }) => partition.topicPartition));
    await this.eachOf(leading, failures, (transition) => this.lead(transition));
    const followed: FollowedPartition[] = [];
    await this.eachOf(following, failures, async (transition) => {
      const partition = await this.follow(transition);
      if (partition.leader >= 0) followed.push(partition);
    });
    followers.follow(followed);
    return failures;
  }

  /**
   * Whether an instruction changes anything, by its leader epoch. What repeats the epoch obeyed is
   * done already, unless it was not done to its end.
   *
   * @throws ProtocolError
   */
  private transitionFor(instruction: LeaderAndIsr): Transition | undefined {
    const { topicPartition, topicId, leaderEpoch } = instruction;
    const { logManager, brokerId } = this.options;
    const log = logManager.getLog(topicPartition);
    if (log?.topicId !== undefined && topicId !== '' && log.topicId !== topicId) {
      throw new ProtocolError(
        'INCONSISTENT_TOPIC_ID',
        `The log of ${partitionName(topicPartition)} belongs to topic ${log.topicId}, not ${topicId}.`,
      );
    }
    if (!instruction.replicas.includes(brokerId)) {
      throw new ProtocolError(
        'UNKNOWN_TOPIC_OR_PARTITION',
        `Broker ${brokerId} is no replica of it.`,
      );
    }
    const partition = this.getOrCreate(topicPartition);
    if (leaderEpoch < partition.leaderEpoch) {
      throw new ProtocolError(
        'STALE_CONTROLLER_EPOCH',
        `Leader epoch ${leaderEpoch} is over; ${partition.leaderEpoch} has begun.`,
      );
    }
    if (leaderEpoch === partition.leaderEpoch && (partition.isLeader || partition.isFollower)) {
      if (instruction.partitionEpoch > partition.partitionEpoch) partition.refresh(instruction);
      return undefined;
    }
    return { partition, instruction };
  }

  private async lead({ partition, instruction }: Transition): Promise<void> {
    const log = await this.openLog(partition, instruction);
    partition.lead(log, instruction);
    const { leader, leaderEpoch, isr, leaderRecoveryState } = instruction;
    const name = partitionName(partition.topicPartition);
    const { logEndOffset, highWatermark } = log;
    const facts = { partition: name, leader, leaderEpoch, isr, logEndOffset, highWatermark };
    this.options.logger.info(
      { event: 'leader-elected', ...facts },
      `Leading ${name} from offset ${logEndOffset}.`,
    );
    if (leaderRecoveryState !== 'recovering') return;
    this.options.logger.error(
      { event: 'leader-elected-uncleanly', ...facts },
      `Leading ${name} although this broker was not in sync: acknowledged records may be lost.`,
    );
  }

  private async follow({ partition, instruction }: Transition): Promise<FollowedPartition> {
    const { topicPartition, topicId, leader, leaderEpoch } = instruction;
    const log = await this.openLog(partition, instruction);
    partition.follow(log, instruction);
    const name = partitionName(topicPartition);
    this.options.logger.info(
      { event: 'leader-followed', partition: name, leader, leaderEpoch },
      leader < 0 ? `${name} has no leader.` : `Broker ${leader} leads ${name}.`,
    );
    return {
      topicPartition,
      topicId,
      leader,
      leaderEpoch,
      log,
      onHighWatermark: () => partition.changed(),
    };
  }

  /** @throws LogStorageError; the partition is offline then */
  private async openLog(partition: Partition, instruction: LeaderAndIsr): Promise<Log> {
    const { topicPartition, topicId, isNew } = instruction;
    const { logManager } = this.options;
    try {
      const log = await logManager.getOrCreateLog(topicPartition, {
        topicId: topicId === '' ? undefined : topicId,
        isNew,
      });
      // Appends to compacted topics look for keys, in batches of any codec.
      if (log.config.cleanupPolicy.includes('compact')) await ensureCodecsReady();
      if (logManager.getLog(topicPartition) === log) return log;
      throw new LogStorageError(
        `The log directory of ${partitionName(topicPartition)} has just failed.`,
        'Repair it and restart the broker.',
      );
    } catch (error) {
      if (error instanceof LogStorageError) partition.goOffline(error.message);
      else partition.resign();
      throw error;
    }
  }

  /**
   * For topics that are new. What ZooKeeper does not tell now it tells later; who leads must not
   * depend on it.
   */
  private async loadConfigs(instructions: readonly LeaderAndIsr[]): Promise<void> {
    const isNew = instructions.filter((instruction) => instruction.isNew);
    const topics = [...new Set(isNew.map(({ topicPartition }) => topicPartition.topic))];
    if (topics.length === 0) return;
    const { clock, logger } = this.options;
    const outcome = deferred();
    const timer = clock.setTimeout(
      () => outcome.reject(new ProtocolError('REQUEST_TIMED_OUT')),
      CONFIGS_TIMEOUT_MS,
    );
    Promise.all(topics.map((topic) => this.options.loadConfigs(topic))).then(
      () => outcome.resolve(),
      outcome.reject,
    );
    await outcome.promise.catch((error: unknown) =>
      logger.warn(
        { event: 'topic-configs-late', topics, error: describeError(error) },
        `The configs of ${topics.join(', ')} could not be read; the defaults hold until they are.`,
      ),
    );
    clock.clearTimeout(timer);
  }

  /** Takes the hands of all off a log that is about to go. */
  private readonly release = async (topicPartition: TopicPartition): Promise<void> => {
    this.forget(topicPartition);
    await this.options.followers.unfollow([topicPartition]);
  };

  private async eachOf<T extends { readonly topicPartition: TopicPartition } | Transition>(
    items: readonly T[],
    failures: Map<string, Error>,
    work: (item: T) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      items.map(async (item) => {
        try {
          await work(item);
        } catch (error) {
          const { topicPartition } = 'partition' in item ? item.partition : item;
          this.failed(topicPartition, error, failures);
        }
      }),
    );
  }

  private failed(of: TopicPartition, error: unknown, failures: Map<string, Error>): void {
    const name = partitionName(of);
    failures.set(name, error as Error);
    this.options.logger.error(
      { event: 'partition-failed', partition: name, error: describeError(error) },
      `What the controller wants of ${name} cannot be done.`,
    );
  }

  private logStopped(stopped: readonly StoppedReplica[], failures: Map<string, Error>): void {
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
    const result = this.lastBatch.then(work);
    this.lastBatch = result.catch(() => {});
    return result;
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

  private forget(topicPartition: TopicPartition): void {
    const { topic, partition: index } = topicPartition;
    const partitions = this.topics.get(topic);
    const partition = partitions?.[index];
    if (!partitions || !partition) return;
    delete partitions[index];
    partition.resign();
    if (partitions.every((other) => !other)) this.topics.delete(topic);
  }

  private getOrCreate(topicPartition: TopicPartition): Partition {
    const { topic, partition: index } = topicPartition;
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = []));
    return (partitions[index] ??= new Partition(topicPartition, this.environment));
  }
}
