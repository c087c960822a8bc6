import type { BrokerConfig } from '../config/broker-config';
import type { NewTopic } from '../controller/topic-admin';
import { OFFSETS_TOPIC } from '../coordinator/group/offsets-topic/group-partition';

/** A topic as a broker creates it by itself: those of the cluster's own have configs of their own. */
export function newTopicOf(name: string, config: BrokerConfig): NewTopic {
  const isOffsets = name === OFFSETS_TOPIC;
  return {
    name,
    numPartitions: isOffsets ? config.get('offsets.topic.num.partitions') : -1,
    replicationFactor: isOffsets ? config.get('offsets.topic.replication.factor') : -1,
    assignments: new Map(),
    configs: isOffsets
      ? {
          'cleanup.policy': 'compact',
          'compression.type': 'producer',
          'segment.bytes': String(config.get('offsets.topic.segment.bytes')),
        }
      : {},
  };
}
