import type { TopicPartitions } from '../../protocol/consumer-protocol';
import type { TopicPartition } from '../topic-partition';

/** One entry per topic, as messages have it. */
export function byTopic(partitions: Iterable<TopicPartition>): TopicPartitions[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known) known.push(partition);
    else topics.set(topic, [partition]);
  }
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}

/** One entry per partition. */
export function flattened(topics: readonly TopicPartitions[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
