import { ProtocolError } from '../../client/protocol/protocol-error';
import { ensureCodecsReady } from '../../client/records';
import type { Clock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { LogStorageError, partitionName, type LogManager, type TopicPartition } from '../log';
import { FetchPurgatory } from './fetch-purgatory';
import type { LeaderAndIsr } from './leader-and-isr';
import { Partition, type PartitionEnvironment } from './partition';

export interface ReplicaManagerOptions {
  readonly brokerId: number;
  readonly logManager: LogManager;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly minInsyncReplicas: PartitionEnvironment['minInsyncReplicas'];
  /** Makes sure that the configs of a topic are known here, before its first log is made. */
  loadConfigs(topic: string): Promise<void>;
}

export type { LeaderAndIsr } from './leader-and-isr';

/** The partitions this broker hosts. */
export class ReplicaManager {
  readonly purgatory: FetchPurgatory;
  private readonly topics = new Map<string, Partition[]>();
  private readonly environment: PartitionEnvironment;

  constructor(private readonly options: ReplicaManagerOptions) {
    this.purgatory = new FetchPurgatory(options.clock);
    this.environment = {
      brokerId: options.brokerId,
      purgatory: this.purgatory,
      minInsyncReplicas: options.minInsyncReplicas,
    };
  }

  /**
   * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, or KAFKA_STORAGE_ERROR when the partition
   *   lies in a log directory that has failed
   */
  partition(topic: string, index: number): Partition {
    const partition = this.topics.get(topic)?.[index];
    if (!partition) throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
    return partition;
  }

  /** All partitions hosted here. */
  partitions(): Partition[] {
    return [...this.topics.values()].flatMap((partitions) => partitions.filter(Boolean));
  }

  /**
   * Does what the controller says: leads what it shall lead, stops leading what it shall not.
   * Instructions with an epoch older than one already obeyed are ignored.
   *
   * @returns the error of each partition that failed, by name
   */
  async applyLeaderAndIsr(instructions: readonly LeaderAndIsr[]): Promise<Map<string, Error>> {
    const failures = new Map<string, Error>();
    const isNew = instructions.filter((instruction) => instruction.isNew);
    const newTopics = new Set(isNew.map(({ topicPartition }) => topicPartition.topic));
    await Promise.all([...newTopics].map((topic) => this.options.loadConfigs(topic)));
    await Promise.all(
      instructions.map(async (instruction) => {
        try {
          await this.applyOne(instruction);
        } catch (error) {
          const name = partitionName(instruction.topicPartition);
          failures.set(name, error as Error);
          this.options.logger.error(
            { event: 'partition-failed', partition: name, error: describeError(error) },
            `Partition ${name} cannot be served.`,
          );
        }
      }),
    );
    return failures;
  }

  private async applyOne(instruction: LeaderAndIsr): Promise<void> {
    const { topicPartition, topicId, isNew } = instruction;
    const partition = this.getOrCreate(topicPartition);
    if (instruction.leaderEpoch < partition.leaderEpoch) return;
    if (instruction.leader !== this.options.brokerId) {
      partition.resign(instruction);
      return;
    }
    const log = await this.options.logManager
      .getOrCreateLog(topicPartition, { topicId, isNew })
      .catch((error: unknown) => {
        if (error instanceof LogStorageError) partition.goOffline(error.message);
        throw error;
      });
    // Appends to compacted topics look for keys, in batches of any codec.
    if (log.config.cleanupPolicy.includes('compact')) await ensureCodecsReady();
    if (instruction.leaderEpoch < partition.leaderEpoch) return;
    partition.lead(log, instruction);
    this.options.logger.info(
      {
        event: 'leader-elected',
        partition: partitionName(topicPartition),
        leader: instruction.leader,
        leaderEpoch: instruction.leaderEpoch,
        isr: instruction.isr,
        logEndOffset: log.logEndOffset,
      },
      `Leading ${partitionName(topicPartition)} from offset ${log.logEndOffset}.`,
    );
  }

  /** Lets partitions go, with their files when they are being deleted. */
  async stopReplicas(partitions: readonly TopicPartition[], deleteLogs: boolean): Promise<void> {
    for (const { topic, partition: index } of partitions) {
      const partition = this.topics.get(topic)?.[index];
      if (partition) {
        delete this.topics.get(topic)?.[index];
        partition.resign();
      }
    }
    if (!deleteLogs) return;
    await Promise.all(partitions.map((of) => this.options.logManager.deleteLog(of)));
    for (const { topic } of partitions) {
      if (this.topics.get(topic)?.every((partition) => !partition)) this.topics.delete(topic);
    }
  }

  /** A log directory has failed: what lies in it is no longer led here. */
  onDirectoryFailure(): void {
    for (const partition of this.partitions()) {
      if (this.options.logManager.isOffline(partition.topicPartition)) partition.goOffline();
    }
  }

  /** Lets nobody wait any longer. */
  close(): void {
    this.purgatory.completeAll();
  }

  private getOrCreate(topicPartition: TopicPartition): Partition {
    const { topic, partition: index } = topicPartition;
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = []));
    return (partitions[index] ??= new Partition(topicPartition, this.environment));
  }
}
