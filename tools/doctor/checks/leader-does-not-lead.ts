import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { about, statedPartitionsOf, statePath } from '../look-up';

/** What says something about the epoch, or about the disk, and not about the lead. */
const OTHER = ['NONE', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH', 'KAFKA_STORAGE_ERROR'];

export const leaderDoesNotLead: Check = {
  code: 'LEADER_DOES_NOT_LEAD',
  severity: 'error',
  layer: 'leaders',
  meaning: 'The broker that ZooKeeper calls the leader of a partition refuses to lead it.',
  remedy:
    'It was not told (LeaderAndIsr), or could not do it: read its log and that of the controller. Restarting the broker makes the controller tell it again.',
  passing: 'a leader has just been elected',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader } = partition.state;
      const claims = snapshot.brokers.get(leader)?.answers?.claims;
      const claim = claims?.get(topicPartitionKey(partition));
      if (!claim || OTHER.includes(claim.error)) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader ${leader}`),
          says(`broker ${leader}`, claim.error),
        ],
      };
    }
  },
};
