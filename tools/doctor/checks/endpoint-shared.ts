import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const endpointShared: Check = {
  code: 'ENDPOINT_SHARED',
  severity: 'error',
  layer: 'brokers',
  meaning: 'Two brokers are registered with the same address.',
  remedy: 'Give each broker an advertised.listeners of its own; clients end up at the wrong one.',
  *find({ zookeeper }) {
    const owners = new Map<string, number[]>();
    for (const { id, endpoints } of zookeeper.registrations.values()) {
      for (const address of new Set(endpoints.map(({ host, port }) => `${host}:${port}`))) {
        owners.set(address, [...(owners.get(address) ?? []), id]);
      }
    }
    for (const [address, of] of owners) {
      if (of.length < 2) continue;
      yield { subject: address, says: of.map((id) => says(paths.broker(id), address)) };
    }
  },
};
