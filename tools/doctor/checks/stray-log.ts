import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, answeringBrokers, isBeingDeleted, partitionOf } from '../look-up';

export const strayLog: Check = {
  code: 'STRAY_LOG',
  severity: 'warning',
  layer: 'logs',
  meaning: 'A broker has a log of a partition that it is not assigned to.',
  remedy:
    'It missed that the topic was deleted or moved. Restarting the broker makes it look again; it moves aside what is stray (-stray) and never removes it.',
  passing: 'the topic has just been deleted, or the replica has just been moved away',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const { path, partitions } of answers.logDirs) {
        for (const log of partitions) {
          if (isBeingDeleted(snapshot, log.topic)) continue;
          const replicas = partitionOf(snapshot, log)?.assignment.replicas;
          if (replicas?.includes(id)) continue;
          const { subject, topic } = about(log);
          yield {
            subject: `${subject} at broker ${id}`,
            topic,
            says: [
              says(`broker ${id}`, `a log in ${path}`),
              says(
                paths.topic(topic),
                replicas ? `replicas ${ids(replicas)}` : 'no such partition',
              ),
            ],
          };
        }
      }
    }
  },
};
