import type { Check } from '../check';
import { says } from '../finding';

export const notificationStale: Check = {
  code: 'NOTIFICATION_STALE',
  severity: 'warning',
  layer: 'administration',
  meaning: 'A notification was not taken away by the controller.',
  remedy:
    'If there is a controller, read its log. Notifications may be deleted: they only say that something else is to be read again.',
  passing: 'a log directory has just failed, or the isr of a partition has just changed',
  *find({ zookeeper }) {
    for (const path of zookeeper.notifications) {
      yield { subject: path, says: [says(path, 'there'), says('expected', 'gone when read')] };
    }
  },
};
