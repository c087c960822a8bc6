import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const brokerNotRegistered: Check = {
  code: 'BROKER_NOT_REGISTERED',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A broker answers that is not registered in ZooKeeper.',
  remedy:
    'It may have lost its session: see its log, and restart it if it does not register again. If the address belongs to another cluster, correct --bootstrap-server.',
  passing: 'a broker is starting, stopping, or making a new session',
  *find({ zookeeper, brokers, strangers }) {
    for (const { id, address, answers } of brokers.values()) {
      if (answers === undefined || zookeeper.registrations.has(id)) continue;
      const subject = `broker ${id}`;
      yield { subject, says: [says(address, 'answers'), says(paths.broker(id), 'not there')] };
    }
    for (const address of strangers) {
      yield {
        subject: address,
        says: [says(address, 'answers'), says(paths.brokerIds, 'nobody has this address')],
      };
    }
  },
};
