import type { BrokerConfig } from '../config/broker-config';
import type { LiveConfigs } from '../config/live-configs';
import { validateTopicOverrides } from '../config/topic-config';
import { TopicAdmin, type TopicAdminOptions } from '../controller/topic-admin';

/** `min(3, live brokers)`, see docs/differences.md. */
const DEFAULT_REPLICATION_FACTOR = 3;

/** Creating, extending and deleting topics, under the configs of this broker. */
export function topicAdminOf(
  file: BrokerConfig,
  configs: LiveConfigs,
  rooms: Pick<
    TopicAdminOptions,
    'topics' | 'deletions' | 'configs' | 'metadata' | 'clock' | 'random'
  >,
): TopicAdmin {
  return new TopicAdmin({
    ...rooms,
    numPartitions: () => configs.broker.get('num.partitions'),
    replicationFactor: (live) =>
      configs.broker.get('default.replication.factor') ??
      Math.min(DEFAULT_REPLICATION_FACTOR, live),
    deleteTopicEnable: file.get('delete.topic.enable'),
    assertConfigs: validateTopicOverrides,
  });
}
