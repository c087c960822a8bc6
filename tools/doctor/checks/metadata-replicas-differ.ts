import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about } from '../look-up';
import { metadataPairs } from '../metadata-pairs';

export const metadataReplicasDiffer: Check = {
  code: 'METADATA_REPLICAS_DIFFER',
  severity: 'error',
  layer: 'metadata',
  meaning: 'A broker tells clients of other replicas than the topic is assigned to.',
  remedy:
    'It has missed a reassignment, or somebody wrote the topic by hand: the controller acts on what it was asked, not on what is written beside it. Use kafka-reassign-partitions.',
  passing: 'a reassignment has just begun or ended',
  *find(snapshot) {
    for (const { broker, partition, told } of metadataPairs(snapshot)) {
      const [here, there] = [ids(told.replicas), ids(partition.assignment.replicas)];
      if (here === there) continue;
      const { subject, topic } = about(partition);
      yield {
        subject: `${subject} at broker ${broker}`,
        topic,
        says: [
          says(paths.topic(topic), `replicas ${there}`),
          says(`broker ${broker}`, `replicas ${here}`),
        ],
      };
    }
  },
};
