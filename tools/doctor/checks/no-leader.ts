import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { brokersNamed, ids, says } from '../finding';
import { about, isAlive, statedPartitionsOf, statePath } from '../look-up';

export const noLeader: Check = {
  code: 'NO_LEADER',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A partition has no leader: it can neither be written nor read.',
  remedy: 'Start one of the brokers that are in sync.',
  passing: 'a leader has just died or stopped',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader, isr } = partition.state;
      if (leader !== NO_LEADER) continue;
      const electable = isr.filter((id) => isAlive(snapshot, id));
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader none, isr ${ids(isr)}`),
          says(paths.brokerIds, ids(snapshot.zookeeper.registrations.keys())),
        ],
        remedy:
          electable.length > 0
            ? `In sync and alive: ${brokersNamed(electable)}. See in the controller's log why nobody leads.`
            : `Start ${isr.length > 1 ? 'one of ' : ''}${brokersNamed(isr)}. If that cannot be, kafka-leader-election --election-type unclean lets another replica lead, and loses what only those in sync had.`,
      };
    }
  },
};
