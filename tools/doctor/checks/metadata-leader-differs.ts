import type { Check } from '../check';
import { says } from '../finding';
import { about, isAlive, statePath } from '../look-up';
import { metadataPairs } from '../metadata-pairs';

export const metadataLeaderDiffers: Check = {
  code: 'METADATA_LEADER_DIFFERS',
  severity: 'error',
  layer: 'metadata',
  meaning: 'A broker sends clients to another leader, or under another leader epoch.',
  remedy:
    'It has missed an election, or somebody wrote the state by hand. See in the log of the controller whether it reaches this broker; restarting the broker makes the controller tell it everything.',
  passing: 'a leader has just been elected',
  *find(snapshot) {
    for (const { broker, partition, told } of metadataPairs(snapshot)) {
      const { leader, leaderEpoch } = partition.state;
      // Nobody is sent to a leader that is not there, whoever it is.
      const isHidden = told.error === 'LEADER_NOT_AVAILABLE' && !isAlive(snapshot, leader);
      const agree = told.leader === leader || isHidden;
      if (agree && told.leaderEpoch === leaderEpoch) continue;
      const { subject, topic } = about(partition);
      yield {
        subject: `${subject} at broker ${broker}`,
        topic,
        says: [
          says(statePath(partition), `leader ${leader}, epoch ${leaderEpoch}`),
          says(`broker ${broker}`, `leader ${told.leader}, epoch ${told.leaderEpoch}`),
        ],
      };
    }
  },
};
