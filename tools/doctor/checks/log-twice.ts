import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const logTwice: Check = {
  code: 'LOG_TWICE',
  severity: 'error',
  layer: 'logs',
  meaning: 'A broker has two logs of one partition in different directories.',
  remedy: 'Stop the broker, see which log ends later, and move the other one out of log.dirs.',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      const places = new Map<string, { topic: string; paths: string[] }>();
      for (const { path, partitions } of answers.logDirs) {
        for (const log of partitions) {
          if (log.isFuture) continue;
          const key = topicPartitionKey(log);
          const known = places.get(key)?.paths ?? [];
          places.set(key, { topic: log.topic, paths: [...known, path] });
        }
      }
      for (const [key, { topic, paths }] of places) {
        if (paths.length < 2) continue;
        yield {
          subject: `${key} at broker ${id}`,
          topic,
          says: paths.map((path) => says(`broker ${id}`, `a log in ${path}`)),
        };
      }
    }
  },
};
