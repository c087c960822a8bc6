import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { about, statedPartitionsOf, statePath } from '../look-up';

const MEANING: Readonly<Record<string, string>> = {
  FENCED_LEADER_EPOCH: 'knows a later epoch',
  UNKNOWN_LEADER_EPOCH: 'knows an earlier epoch only',
};

export const leaderEpochDiffers: Check = {
  code: 'LEADER_EPOCH_DIFFERS',
  severity: 'error',
  layer: 'leaders',
  meaning: 'A leader leads under another epoch than ZooKeeper says.',
  remedy:
    'With an earlier epoch it has missed the last election: see whether the controller reaches it. With a later one ZooKeeper was restored or written by hand: have a leader elected until the epoch in ZooKeeper is higher.',
  passing: 'a leader has just been elected',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader, leaderEpoch } = partition.state;
      const claims = snapshot.brokers.get(leader)?.answers?.claims;
      const claim = claims?.get(topicPartitionKey(partition));
      const meaning = claim && MEANING[claim.error];
      if (!claim || meaning === undefined) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader ${leader}, epoch ${leaderEpoch}`),
          says(`broker ${leader}`, `${claim.error}: ${meaning}`),
        ],
      };
    }
  },
};
