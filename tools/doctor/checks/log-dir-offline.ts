import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const logDirOffline: Check = {
  code: 'LOG_DIR_OFFLINE',
  severity: 'error',
  layer: 'logs',
  meaning: 'A log directory of a broker has failed.',
  remedy:
    'Look at the disk and at the log of the broker; mend or replace it and restart the broker. Its replicas are offline until then.',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      for (const { path, error } of answers.logDirs) {
        if (error === undefined) continue;
        yield { subject: `${path} at broker ${id}`, says: [says(`broker ${id}`, error)] };
      }
    }
  },
};
