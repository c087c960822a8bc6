import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, isAlive, statePath, statedPartitionsOf } from '../look-up';

export const isrMemberDead: Check = {
  code: 'ISR_MEMBER_DEAD',
  severity: 'warning',
  layer: 'partitions',
  meaning: 'A broker counts as in sync that is not registered.',
  remedy:
    'The controller takes a broker out of the isr when it goes, except the last one. If this stays, see its log; writes with acks=all wait for this replica.',
  passing: 'a broker has just died or stopped',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { isr } = partition.state;
      const dead = isr.filter((id) => !isAlive(snapshot, id));
      // The last one stays, to say who has all records; NO_LEADER tells of it.
      if (dead.length === 0 || isr.length === 1) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `isr ${ids(isr)}`),
          says(paths.brokerIds, `not ${ids(dead)}`),
        ],
      };
    }
  },
};
