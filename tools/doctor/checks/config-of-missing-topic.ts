import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { DEFAULT_ENTITY } from '../../../zk-coordination/stores/config-entity';
import { says } from '../finding';

export const configOfMissingTopic: Check = {
  code: 'CONFIG_OF_MISSING_TOPIC',
  severity: 'warning',
  layer: 'administration',
  meaning: 'There are configs of a topic that does not exist.',
  remedy:
    'Delete them with zookeeper-shell (kafka-configs cannot), or the next topic of this name begins with them.',
  passing: 'the topic is just being made or deleted',
  *find({ zookeeper: { topicConfigs, topics } }) {
    for (const [topic, config] of topicConfigs) {
      if (topics.has(topic) || topic === DEFAULT_ENTITY) continue;
      const settings = Object.entries(config).map(([name, value]) => `${name}=${value}`);
      yield {
        subject: topic,
        topic,
        says: [
          says(`${paths.configs('topics')}/${topic}`, settings.join(', ') || 'there'),
          says(paths.topic(topic), 'not there'),
        ],
      };
    }
  },
};
