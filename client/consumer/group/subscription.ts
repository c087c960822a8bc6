import { ClientOptionsError } from '../../network';
import type { TopicPartition } from '../topic-partition';

/** Topics that a member of a group wants to read. */
export interface Subscription {
  /**
   * Names, and regular expressions for all topics whose name matches (internal ones excepted). New
   * matching topics are found when metadata is refreshed, after `metadataMaxAge` at the latest.
   */
  readonly topics: readonly (string | RegExp)[];
  /**
   * Where to begin in partitions for which the group has committed nothing: true for the begin,
   * false for the end. Default: what `autoOffsetReset` says.
   */
  readonly fromBeginning?: boolean;
}

/**
 * Told of what the group gives and takes. A promise is waited for before the rebalance goes on, and
 * nothing is handed out of these partitions meanwhile. What is thrown reaches whoever reads from the
 * consumer; the rebalance goes on.
 *
 * Kafka's ConsumerRebalanceListener (with KIP-429).
 */
export interface RebalanceListener {
  /** After each rebalance: the partitions that are new. The place for a `seek`. */
  onPartitionsAssigned?(partitions: readonly TopicPartition[]): unknown;
  /**
   * Before partitions are given up: what was handed out of them is finished, and committed if that
   * is done automatically. The last place to commit them.
   */
  onPartitionsRevoked?(partitions: readonly TopicPartition[]): unknown;
  /**
   * The partitions have been taken away already, because the coordinator took this member for dead:
   * committing them is not possible any more. Default: as {@link onPartitionsRevoked}.
   */
  onPartitionsLost?(partitions: readonly TopicPartition[]): unknown;
}

/** Which topics are meant, and where to begin in them. */
export class TopicFilter {
  private readonly list: readonly Subscription[];

  /** @throws ClientOptionsError */
  constructor(subscriptions: Subscription | readonly Subscription[]) {
    this.list = 'topics' in subscriptions ? [subscriptions] : subscriptions;
    const topics = this.list.flatMap((one) => one.topics);
    if (topics.length === 0 || topics.some((topic) => topic === '')) {
      throw new ClientOptionsError(
        'The subscription names no topic.',
        "Give topics: ['orders'], or a regular expression.",
      );
    }
  }

  /** The topics that are named. */
  get names(): string[] {
    const names = this.list.flatMap((one) =>
      one.topics.filter((topic) => typeof topic === 'string'),
    );
    return [...new Set(names)];
  }

  /** Whether all topics of the cluster have to be looked at. */
  get hasPattern(): boolean {
    return this.list.some((one) => one.topics.some((topic) => typeof topic !== 'string'));
  }

  matches(topic: string): boolean {
    return this.list.some((one) => isMeant(one, topic));
  }

  /** What `fromBeginning` says of a topic; the last subscription that means it counts. */
  fromBeginning(topic: string): boolean | undefined {
    return this.list.findLast((one) => isMeant(one, topic))?.fromBeginning;
  }
}

function isMeant({ topics }: Subscription, topic: string): boolean {
  return topics.some((one) => (typeof one === 'string' ? one === topic : topic.search(one) >= 0));
}
