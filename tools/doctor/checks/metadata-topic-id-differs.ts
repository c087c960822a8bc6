import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ZERO_UUID } from '../../../client/protocol/schema';
import { says } from '../finding';
import { answeringBrokers, topicsOf } from '../look-up';

export const metadataTopicIdDiffers: Check = {
  code: 'METADATA_TOPIC_ID_DIFFERS',
  severity: 'error',
  layer: 'metadata',
  meaning: 'A broker means another topic of the same name.',
  remedy:
    'It has missed that the topic was deleted and made again, or somebody wrote the id. Restart the broker: the controller then tells it everything.',
  passing: 'the topic has just been deleted and made again',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const { name, topicId } of topicsOf(snapshot)) {
        const told = answers.topics.get(name)?.topicId;
        if (told === undefined || told === (topicId ?? ZERO_UUID)) continue;
        yield {
          subject: `${name} at broker ${id}`,
          topic: name,
          says: [says(paths.topic(name), topicId ?? 'no id'), says(`broker ${id}`, told)],
        };
      }
    }
  },
};
