import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers, isBeingDeleted } from '../look-up';

export const metadataTopicUnknown: Check = {
  code: 'METADATA_TOPIC_UNKNOWN',
  severity: 'error',
  layer: 'metadata',
  meaning: 'A broker tells clients of a topic that is not in ZooKeeper.',
  remedy:
    'If the topic was deleted with the tools, the broker was not told: restart it. If somebody deleted its znodes, the records still lie in the log directories: make the topic again with the same id, or remove them.',
  passing: 'the topic has just been deleted',
  *find(snapshot) {
    const { topics } = snapshot.zookeeper;
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const [name, { partitions }] of answers.topics) {
        if (isBeingDeleted(snapshot, name)) continue;
        const known = topics.get(name);
        if (known && [...partitions.keys()].every((number) => known.partitions.has(number)))
          continue;
        yield {
          subject: `${name} at broker ${id}`,
          topic: name,
          says: [
            says(`broker ${id}`, `${partitions.size} partitions`),
            says(paths.topic(name), known ? `${known.partitions.size} partitions` : 'not there'),
          ],
        };
      }
    }
  },
};
