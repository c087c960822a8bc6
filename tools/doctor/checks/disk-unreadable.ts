import type { Check } from '../check';
import { says } from '../finding';

export const diskUnreadable: Check = {
  code: 'DISK_UNREADABLE',
  severity: 'error',
  layer: 'disks',
  meaning: 'A file or directory cannot be read, or does not hold what it should.',
  remedy:
    'See whether it exists and may be read by you. Restore a malformed file from a copy; checkpoints may be removed, they are made again.',
  *find({ disks }) {
    for (const { unreadable } of disks) {
      for (const { path, problem } of unreadable) {
        yield { subject: path, says: [says(path, problem)] };
      }
    }
  },
};
