import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const deletionOfMissingTopic: Check = {
  code: 'DELETION_OF_MISSING_TOPIC',
  severity: 'warning',
  layer: 'administration',
  meaning: 'A topic is to be deleted that does not exist.',
  remedy:
    'Delete the znode with zookeeper-shell: otherwise the next topic of this name is deleted at once.',
  passing: 'the deletion has just been finished',
  *find({ zookeeper: { deletions, topics } }) {
    for (const topic of deletions.keys()) {
      if (topics.has(topic)) continue;
      yield {
        subject: topic,
        topic,
        says: [
          says(paths.topicDeletion(topic), 'delete it'),
          says(paths.topic(topic), 'not there'),
        ],
      };
    }
  },
};
