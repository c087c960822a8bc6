import type { Check } from '../check';
import { says } from '../finding';
import { directoriesOf } from '../look-up';

/** Ten times the default of file.delete.delay.ms. */
const LONG_MS = 600_000;

export const directoryLeftOver: Check = {
  code: 'DIRECTORY_LEFT_OVER',
  severity: 'warning',
  layer: 'disks',
  meaning: 'A log that is deleted or moved aside still takes up room.',
  remedy:
    'A -stray directory is kept for you: look at it, then remove it. A -delete directory is removed after file.delete.delay.ms, and what is left at the next start of the broker.',
  *find(snapshot) {
    for (const { disk, directory } of directoriesOf(snapshot)) {
      const { kind, name, ageMs, topic } = directory;
      if (kind !== 'stray' && !(kind === 'delete' && ageMs > LONG_MS)) continue;
      yield {
        subject: `${disk.path}/${name}`,
        topic,
        says: [
          says(`${disk.path}/${name}`, kind === 'stray' ? 'moved aside' : 'deleted'),
          says('expected', 'removed'),
        ],
      };
    }
  },
};
