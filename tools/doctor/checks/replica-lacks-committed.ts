import type { Check } from '../check';
import { says } from '../finding';
import { about, answeringBrokers, partitionOf, statePath } from '../look-up';

export const replicaLacksCommitted: Check = {
  code: 'REPLICA_LACKS_COMMITTED',
  severity: 'error',
  layer: 'leaders',
  meaning: 'A replica counts as in sync and lacks records that consumers may read.',
  remedy:
    'Were it elected now, these records would be lost. Stop this broker, so that it leaves the isr; when it starts again it copies what it lacks. Keep its logs: this should never be.',
  passing: 'the replica has just left the isr',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const { leader, committed, ...partition } of answers.behind) {
        const state = partitionOf(snapshot, partition)?.state;
        if (!state?.isr.includes(id) || state.leader !== leader) continue;
        const { subject, topic } = about(partition);
        yield {
          subject: `${subject} at broker ${id}`,
          topic,
          says: [
            says(statePath(partition), `broker ${id} is in sync`),
            says(`broker ${leader}`, `committed up to ${committed}`),
            says(`broker ${id}`, 'its log ends before that'),
          ],
        };
      }
    }
  },
};
