import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const topicIdShared: Check = {
  code: 'TOPIC_ID_SHARED',
  severity: 'error',
  layer: 'partitions',
  meaning: 'Two topics have the same id.',
  remedy: 'One was made by copying znodes. Move its records to a topic made in the ordinary way.',
  *find({ zookeeper }) {
    const names = new Map<string, string[]>();
    for (const { name, topicId } of zookeeper.topics.values()) {
      if (topicId !== null) names.set(topicId, [...(names.get(topicId) ?? []), name]);
    }
    for (const [topicId, of] of names) {
      if (of.length < 2) continue;
      yield { subject: topicId, says: of.map((topic) => says(paths.topic(topic), topicId)) };
    }
  },
};
