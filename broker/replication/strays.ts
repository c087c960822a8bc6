import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type Log, type LogManager, type TopicPartition } from '../log';
import type { LeaderAndIsr } from './leader-and-isr';

/** Lets go of a partition whose log is about to be moved. */
type Release = (topicPartition: TopicPartition) => Promise<void>;

/** What the metadata says of a partition's topic, and who has its replicas. */
export interface Assignment {
  readonly topicId: string;
  /** Undefined when nothing is said of this partition. */
  readonly replicas: readonly number[] | undefined;
}

export interface StraysOptions {
  readonly brokerId: number;
  readonly logManager: LogManager;
  readonly logger: Logger;
  /** Whether this broker leads or follows a partition: then its log is no stray, whoever says so. */
  isInUse(topicPartition: TopicPartition): boolean;
}

/**
 * Logs that nobody needs: their topics were deleted while this broker was away, perhaps made again
 * under the same name, or their partitions moved to other brokers. They are moved aside, never
 * removed, and only on the word of a controller that has named everything there is (Kafka's
 * LogManager.findStrayReplicas).
 *
 * - Named under another topic id: the log would be in the way of the new topic.
 * - Not named at all: when the metadata does not know its topic either, or under another id, or
 *   assigns the partition to others.
 */
export class Strays {
  private lastFull:
    { readonly controllerEpoch: number; readonly named: ReadonlySet<string> } | undefined;

  constructor(private readonly options: StraysOptions) {}

  /** A full LeaderAndIsr has come. */
  async namedByController(
    controllerEpoch: number,
    instructions: readonly LeaderAndIsr[],
    release: Release,
  ): Promise<void> {
    const named = new Set<string>();
    for (const { topicPartition, topicId } of instructions) {
      named.add(partitionName(topicPartition));
      const log = this.options.logManager.getLog(topicPartition);
      if (log?.topicId !== undefined && topicId !== '' && log.topicId !== topicId) {
        await this.moveAside(log, TOPIC_GONE, release);
      }
    }
    this.lastFull = { controllerEpoch, named };
  }

  /** A full UpdateMetadata has come. */
  async knownByMetadata(
    controllerEpoch: number,
    assignmentOf: (topicPartition: TopicPartition) => Assignment | undefined,
    release: Release,
  ): Promise<void> {
    const { lastFull } = this;
    if (lastFull?.controllerEpoch !== controllerEpoch) return;
    this.lastFull = undefined;
    const { logManager, isInUse } = this.options;
    for (const log of logManager.allLogs()) {
      const { topicPartition } = log;
      if (lastFull.named.has(partitionName(topicPartition)) || isInUse(topicPartition)) continue;
      const why = this.whyStray(log, assignmentOf(topicPartition));
      if (why !== undefined) await this.moveAside(log, why, release);
    }
  }

  private whyStray({ topicId }: Log, assignment: Assignment | undefined): string | undefined {
    if (!assignment) return TOPIC_GONE;
    if (topicId !== undefined && topicId !== assignment.topicId) return TOPIC_GONE;
    const { replicas } = assignment;
    return replicas && !replicas.includes(this.options.brokerId) ? MOVED_AWAY : undefined;
  }

  private async moveAside(log: Log, why: string, release: Release): Promise<void> {
    const { logManager, logger } = this.options;
    const { topicPartition, topicId } = log;
    const partition = partitionName(topicPartition);
    try {
      await release(topicPartition);
      await logManager.moveAside(topicPartition);
      logger.warn(
        { event: 'stray-moved-aside', partition, topicId, why, path: log.path },
        `The log of ${partition} is moved aside, to be looked at and removed: ${why}.`,
      );
    } catch (error) {
      logger.error(
        { event: 'stray-not-moved', partition, error: describeError(error) },
        `The log of ${partition} should be moved aside but cannot be.`,
      );
    }
  }
}

const TOPIC_GONE = 'its topic is gone';
const MOVED_AWAY = 'other brokers have the partition now';
