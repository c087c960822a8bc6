import type { Check } from '../check';
import { says } from '../finding';

export const znodeMalformed: Check = {
  code: 'ZNODE_MALFORMED',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A znode does not hold what Kafka writes there; brokers pass it over.',
  remedy: 'Look at it with zookeeper-shell, find out who wrote it, then mend or delete it.',
  *find({ zookeeper }) {
    for (const { path, problem } of zookeeper.malformed) {
      yield { subject: path, says: [says(path, problem)] };
    }
  },
};
