import type { Check } from '../check';
import { says } from '../finding';
import { about, statePath, statedPartitionsOf } from '../look-up';

export const leaderEpochAnomaly: Check = {
  code: 'LEADER_EPOCH_ANOMALY',
  severity: 'warning',
  layer: 'partitions',
  meaning: 'A leader epoch is higher than the number of times the state was written.',
  remedy:
    'The state was made anew or written by hand, so epochs may repeat. Brokers and clients go by them: see that the epoch is not below one that was used before, and have a leader elected to raise it.',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leaderEpoch, version } = partition.state;
      if (leaderEpoch >= 0 && leaderEpoch <= version) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader epoch ${leaderEpoch}`),
          says(statePath(partition), `version ${version}`),
        ],
      };
    }
  },
};
