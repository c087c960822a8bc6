import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type Log, type LogManager, type TopicPartition } from '../log';
import type { LeaderAndIsr } from './leader-and-isr';

/** Lets go of a partition whose log is about to be moved. */
type Release = (topicPartition: TopicPartition) => Promise<void>;

/**
 * Logs of topics that are gone: deleted while this broker was away, perhaps made again under the
 * same name. They are moved aside, never removed, and only on the word of a controller that has
 * named everything there is (Kafka's LogManager.findStrayReplicas).
 *
 * - Named under another topic id: the log would be in the way of the new topic.
 * - Not named at all: when the metadata does not know its topic either, or under another id.
 */
export class Strays {
  private lastFull:
    { readonly controllerEpoch: number; readonly named: ReadonlySet<string> } | undefined;

  constructor(
    private readonly logManager: LogManager,
    private readonly logger: Logger,
  ) {}

  /** A full LeaderAndIsr has come. */
  async namedByController(
    controllerEpoch: number,
    instructions: readonly LeaderAndIsr[],
    release: Release,
  ): Promise<void> {
    const named = new Set<string>();
    for (const { topicPartition, topicId } of instructions) {
      named.add(partitionName(topicPartition));
      const log = this.logManager.getLog(topicPartition);
      if (log?.topicId !== undefined && topicId !== '' && log.topicId !== topicId) {
        await this.moveAside(log, topicId, release);
      }
    }
    this.lastFull = { controllerEpoch, named };
  }

  /** A full UpdateMetadata has come. */
  async knownByMetadata(
    controllerEpoch: number,
    topicIdOf: (topic: string) => string | undefined,
    release: Release,
  ): Promise<void> {
    const { lastFull } = this;
    if (lastFull?.controllerEpoch !== controllerEpoch) return;
    this.lastFull = undefined;
    for (const log of this.logManager.allLogs()) {
      const { topicPartition, topicId } = log;
      const known = topicIdOf(topicPartition.topic);
      const isKnown = known !== undefined && (topicId === undefined || topicId === known);
      if (isKnown || lastFull.named.has(partitionName(topicPartition))) continue;
      await this.moveAside(log, known, release);
    }
  }

  private async moveAside(log: Log, now: string | undefined, release: Release): Promise<void> {
    const { topicPartition, topicId } = log;
    const partition = partitionName(topicPartition);
    try {
      await release(topicPartition);
      await this.logManager.moveAside(topicPartition);
      this.logger.warn(
        { event: 'stray-moved-aside', partition, topicId, now, path: log.path },
        `The topic of ${partition} is gone; its log is moved aside, to be looked at and removed.`,
      );
    } catch (error) {
      this.logger.error(
        { event: 'stray-not-moved', partition, error: describeError(error) },
        `The log of ${partition} should be moved aside but cannot be.`,
      );
    }
  }
}
