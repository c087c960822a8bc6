import { ProtocolError } from '../../client/protocol/protocol-error';
import { ensureCodecsReady } from '../../client/records';
import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { LogStorageError, partitionName, type Log, type LogManager } from '../log';
import { eachPartition, type Failures } from './failures';
import type { FollowedPartition, FollowerFetchers } from './follower-fetchers';
import type { HostedPartitions } from './hosted-partitions';
import type { LeaderAndIsr } from './leader-and-isr';
import type { Partition } from './partition';

export interface LeadershipChangesOptions {
  readonly brokerId: number;
  readonly logManager: LogManager;
  readonly followers: FollowerFetchers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes sure that the configs of a topic are known here, before its first log is made. */
  loadConfigs(topic: string): Promise<void>;
}

/** How long new topics wait for their configs. */
const CONFIGS_TIMEOUT_MS = 2000;

/** What an instruction asks of a partition. */
interface Transition {
  readonly topicPartition: LeaderAndIsr['topicPartition'];
  readonly partition: Partition;
  readonly instruction: LeaderAndIsr;
}

/** Makes partitions lead and follow as the controller says (Kafka's makeLeaders and makeFollowers). */
export class LeadershipChanges {
  constructor(
    private readonly hosted: HostedPartitions,
    private readonly options: LeadershipChangesOptions,
  ) {}

  /** To be called with one batch at a time. */
  async obey(instructions: readonly LeaderAndIsr[]): Promise<Failures> {
    const { followers } = this.options;
    const failures: Failures = new Map();
    const transitions: Transition[] = [];
    await eachPartition(instructions, failures, this.options.logger, (instruction) => {
      const transition = this.transitionFor(instruction);
      if (transition) transitions.push(transition);
    });
    const { brokerId, logger } = this.options;
    const leading = transitions.filter(({ instruction }) => instruction.leader === brokerId);
    const following = transitions.filter(({ instruction }) => instruction.leader !== brokerId);
    // Before anything is waited for: what others lead now is not served here any more.
    for (const { partition } of following) if (partition.isLeader) partition.resign();
    await this.loadConfigs(instructions);
    const done = [...leading, ...following.filter(({ instruction }) => instruction.leader < 0)];
    await followers.unfollow(done.map(({ partition }) => partition.topicPartition));
    await eachPartition(leading, failures, logger, (transition) => this.lead(transition));
    const followed: FollowedPartition[] = [];
    await eachPartition(following, failures, logger, async (transition) => {
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
    const partition = this.hosted.getOrCreate(topicPartition);
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
    return { topicPartition, partition, instruction };
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
}
