import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { about, directoriesOf } from '../look-up';

export const diskTopicIdDiffers: Check = {
  code: 'DISK_TOPIC_ID_DIFFERS',
  severity: 'error',
  layer: 'disks',
  meaning: 'A log belongs to another topic of the same name.',
  remedy:
    'The topic was deleted and made again while this broker was away. It moves the old log aside when it starts; if it does not, move the directory out of log.dirs while the broker is stopped.',
  passing: 'the topic has just been deleted and made again',
  *find(snapshot) {
    for (const { disk, directory } of directoriesOf(snapshot)) {
      const topic = snapshot.zookeeper.topics.get(directory.topic);
      if (directory.kind !== 'current' || !topic?.topicId || directory.topicId === undefined)
        continue;
      if (directory.topicId === topic.topicId) continue;
      yield {
        subject: `${disk.path}/${directory.name}`,
        topic: about(directory).topic,
        says: [
          says(paths.topic(topic.name), topic.topicId),
          says(`${disk.path}/${directory.name}/partition.metadata`, directory.topicId),
        ],
      };
    }
  },
};
