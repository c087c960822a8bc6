import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const registrationNotEphemeral: Check = {
  code: 'REGISTRATION_NOT_EPHEMERAL',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A registration is not tied to a session: it stays when its broker dies.',
  remedy:
    'Somebody made it by hand. Delete the znode with zookeeper-shell, and restart the broker of that id if there is one.',
  *find({ zookeeper }) {
    for (const { id, owner } of zookeeper.registrations.values()) {
      if (owner !== 0n) continue;
      yield {
        subject: `broker ${id}`,
        says: [says(paths.broker(id), 'a persistent znode'), says('expected', 'an ephemeral one')],
      };
    }
  },
};
