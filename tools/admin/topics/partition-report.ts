import {
  NO_LEADER,
  replicationFactor,
  type DescribedPartition,
  type DescribedTopic,
} from './described-topic';
import { REPORTS, type TopicsOptions } from './topics-options';

type Report = (typeof REPORTS)[number];

/** Which troubles a partition has; the same conditions as TopicCommand.java's. */
const TROUBLE: Record<
  Report,
  (partition: DescribedPartition, minIsr: number, live: ReadonlySet<number>) => boolean
> = {
  underReplicatedPartitions: (partition) => partition.isr.length < replicationFactor(partition),
  underMinIsrPartitions: ({ leader, isr }, minIsr) => leader === NO_LEADER || isr.length < minIsr,
  atMinIsrPartitions: ({ isr }, minIsr) => isr.length === minIsr,
  unavailablePartitions: ({ leader }, _minIsr, live) => !live.has(leader),
};

/** What of the topics is to be shown. */
export interface DescriptionPlan {
  /** Whether the line about the topic itself is shown. */
  readonly topicLine: boolean;
  readonly partitions: readonly DescribedPartition[];
}

/**
 * Chooses what `--describe` shows of a topic: everything, with `--topics-with-overrides` only the
 * line of topics that have some, with one of the reports only the partitions in that trouble.
 */
export function planDescription(
  topic: DescribedTopic,
  options: Pick<TopicsOptions, Report | 'topicsWithOverrides'>,
  liveBrokers: ReadonlySet<number>,
): DescriptionPlan {
  const reports = REPORTS.filter((report) => options[report]);
  if (reports.length > 0) {
    const troubled = topic.partitions.filter((partition) =>
      reports.some((report) => TROUBLE[report](partition, topic.minIsr, liveBrokers)),
    );
    return { topicLine: false, partitions: troubled };
  }
  if (options.topicsWithOverrides) {
    return { topicLine: topic.configs.length > 0, partitions: [] };
  }
  return { topicLine: true, partitions: topic.partitions };
}
