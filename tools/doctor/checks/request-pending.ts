import type { Check } from '../check';
import { says } from '../finding';

export const requestPending: Check = {
  code: 'REQUEST_PENDING',
  severity: 'warning',
  layer: 'administration',
  meaning: 'The controller was asked for something in ZooKeeper, and has not finished it.',
  remedy:
    'It works on it, waits for a dead broker, or there is no controller. Tools of today ask brokers instead; delete the znode to withdraw the request.',
  passing: 'a tool has just asked',
  *find({ zookeeper }) {
    for (const { path, about } of zookeeper.requests) {
      yield { subject: path, says: [says(path, about), says('expected', 'gone when done')] };
    }
  },
};
