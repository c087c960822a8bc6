import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster, TopicMetadata } from '../network';
import { askTopics } from './ask-topics';
import type { AdminCallOptions } from './call-options';
import { MissingPartitionError } from './missing-partition-error';
import { settleEach } from './settle-each';

/** Partitions, leaders and replicas of topics, as a broker knows them now. */
export function describeTopics(
  cluster: Cluster,
  topics: readonly string[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<TopicMetadata[]> {
  return settleEach<string, TopicMetadata>(cluster, {
    what: 'Describing topics',
    items: topics,
    nameOf: (topic) => topic,
    timeoutMs,
    attempt: async ({ items, report }) => {
      const found = await askTopics(cluster, items);
      for (const name of items) {
        const topic = found.get(name);
        if (topic instanceof ProtocolError) report.failed(name, named(name, topic));
        else if (topic) report.done(name, topic);
      }
    },
  });
}

/** A broker that misses a topic says it without its name. */
function named(name: string, error: ProtocolError): Error {
  const isMissing = error.code === 'UNKNOWN_TOPIC_OR_PARTITION';
  return isMissing ? new MissingPartitionError(`There is no topic "${name}".`) : error;
}
