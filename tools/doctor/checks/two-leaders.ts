import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { about, answeringBrokers, statedPartitionsOf, statePath } from '../look-up';

export const twoLeaders: Check = {
  code: 'TWO_LEADERS',
  severity: 'error',
  layer: 'leaders',
  meaning: 'A broker leads a partition that ZooKeeper says another one leads.',
  remedy:
    'It has missed that it was replaced. What it takes with acks=1 is lost when it learns: stop it now, see whether the controller reaches it, and start it again.',
  passing: 'leadership has just moved',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader, leaderEpoch } = partition.state;
      for (const { id, answers } of answeringBrokers(snapshot)) {
        if (id === leader) continue;
        if (answers.claims.get(topicPartitionKey(partition))?.error !== 'NONE') continue;
        const { subject, topic } = about(partition);
        yield {
          subject: `${subject} at broker ${id}`,
          topic,
          says: [
            says(statePath(partition), `leader ${leader}, epoch ${leaderEpoch}`),
            says(`broker ${id}`, 'answers as the leader'),
          ],
        };
      }
    }
  },
};
