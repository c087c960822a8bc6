import type { Admin, ListedOffset, PartitionItem } from '../../../client/admin';
import { AdminToolError } from '../admin-tool-error';
import { outcomes } from '../outcomes';
import type { PartitionFilter } from './partition-filter';

export interface FoundOffsets {
  /** In the order of `topic-partition` as text, which is Kafka's: 10 comes before 2. */
  readonly offsets: readonly Pick<ListedOffset, 'topic' | 'partition' | 'offset'>[];
  /** Why there is none, by `topic-partition`. */
  readonly skipped: ReadonlyMap<string, Error>;
}

/**
 * Finds the offsets of all partitions a filter lets through. Partitions without a record that
 * young are left out.
 *
 * @param at milliseconds since the epoch or one of the protocol's negative numbers
 * @throws AdminToolError when the filter lets nothing through
 */
export async function foundOffsets(
  admin: Pick<Admin, 'listTopics' | 'describeTopics' | 'listOffsets'>,
  filter: PartitionFilter,
  at: number,
  excludeInternal: boolean,
): Promise<FoundOffsets> {
  const listed = await admin.listTopics({ listInternal: !excludeInternal });
  const names = listed.map(({ name }) => name).filter((name) => filter.topic(name));
  const topics = await admin.describeTopics(names);
  const wanted = topics
    .flatMap(({ partitions }) => partitions)
    .filter(({ topic, partition }) => filter.partition(topic, partition));
  if (wanted.length === 0) {
    throw new AdminToolError('Could not match any topic-partitions with the specified filters.', {
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      advice: 'See kafka-topics --describe.',
    });
  }
  const questions = wanted.map(({ topic, partition }) => ({ topic, partition, at }));
  const { succeeded, failures } = await outcomes(admin.listOffsets(questions));
  const offsets = succeeded
    .filter(({ offset }) => offset >= 0)
    .map(({ topic, partition, offset }) => ({ topic, partition, offset }))
    .sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return { offsets, skipped: failures };
}

function textOf({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}
