import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers, topicsOf } from '../look-up';

export const metadataTopicMissing: Check = {
  code: 'METADATA_TOPIC_MISSING',
  severity: 'error',
  layer: 'metadata',
  meaning: 'A broker does not tell clients of a topic, or of some of its partitions.',
  remedy:
    'The controller tells brokers (UpdateMetadata): see in its log whether it reaches this one. Restarting the broker makes the controller tell it everything.',
  passing: 'the topic has just been made or got more partitions',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const { name, partitions } of topicsOf(snapshot)) {
        const told = answers.topics.get(name);
        if (told && [...partitions.keys()].every((number) => told.partitions.has(number))) continue;
        yield {
          subject: `${name} at broker ${id}`,
          topic: name,
          says: [
            says(paths.topic(name), `${partitions.size} partitions`),
            says(`broker ${id}`, told ? `${told.partitions.size} partitions` : 'does not know it'),
          ],
        };
      }
    }
  },
};
