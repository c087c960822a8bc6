import type { Check } from '../check';
import { says } from '../finding';

export const metaPropertiesMissing: Check = {
  code: 'META_PROPERTIES_MISSING',
  severity: 'warning',
  layer: 'disks',
  meaning: 'A log directory holds partitions and does not say whose they are.',
  remedy: 'Put its meta.properties back: nothing else keeps another broker from taking it over.',
  *find({ disks }) {
    for (const { path, meta, directories } of disks) {
      if (meta !== undefined || directories.length === 0) continue;
      yield {
        subject: path,
        says: [
          says(`${path}/meta.properties`, 'not there'),
          says(path, `${directories.length} partitions`),
        ],
      };
    }
  },
};
