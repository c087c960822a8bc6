import type { Check } from '../check';
import { says } from '../finding';
import { directoriesOf } from '../look-up';

/** Ten times the default of file.delete.delay.ms. */
const LONG_MS = 600_000;

export const fileLeftOver: Check = {
  code: 'FILE_LEFT_OVER',
  severity: 'warning',
  layer: 'disks',
  meaning: 'A file was renamed to be removed or to take the place of another, and is still there.',
  remedy:
    'The broker tidies up when it starts: restart it. Leave .swap files alone, they may hold the only copy of records.',
  *find(snapshot) {
    for (const { disk, directory } of directoriesOf(snapshot)) {
      if (directory.kind !== 'current') continue;
      for (const { name, ageMs } of directory.leftovers) {
        if (ageMs <= LONG_MS) continue;
        const path = `${disk.path}/${directory.name}/${name}`;
        yield {
          subject: path,
          topic: directory.topic,
          says: [says(path, 'there'), says('expected', 'removed or renamed')],
        };
      }
    }
  },
};
