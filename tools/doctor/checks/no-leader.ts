import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
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
            ? `Broker ${ids(electable)} is in sync and alive, and could lead: see in the controller's log why it does not.`
            : `Start broker ${ids(isr)}. If it is lost for good, kafka-leader-election --election-type unclean lets another replica lead, and loses what only the lost one had.`,
      };
    }
  },
};
