import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const brokerUnreachable: Check = {
  code: 'BROKER_UNREACHABLE',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A broker is registered and does not answer.',
  remedy:
    'See whether its process lives and is not stopped, whether its advertised listener can be reached from here, and read its log. Clients are sent to that address.',
  passing: 'a broker has just died: its registration lasts as long as its session',
  *find({ zookeeper, brokers }) {
    for (const { id, address, failure } of brokers.values()) {
      if (failure === undefined || !zookeeper.registrations.has(id)) continue;
      yield {
        subject: `broker ${id}`,
        says: [says(paths.broker(id), `alive at ${address}`), says(address, failure)],
      };
    }
  },
};
