import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const noBrokers: Check = {
  code: 'NO_BROKERS',
  severity: 'error',
  layer: 'brokers',
  meaning: 'No broker is registered.',
  remedy: 'Start the brokers; if they run, see whether they use this ZooKeeper and this chroot.',
  passing: 'all brokers have just been started together',
  *find({ zookeeper, brokers }) {
    if (zookeeper.registrations.size > 0) return;
    const reached = [...brokers.values()].filter(({ answers }) => answers !== undefined);
    yield {
      subject: 'cluster',
      says: [
        says(paths.brokerIds, 'empty'),
        ...reached.map(({ id, address }) => says(`broker ${id}`, `answers at ${address}`)),
      ],
    };
  },
};
