import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const metaPropertiesDiffer: Check = {
  code: 'META_PROPERTIES_DIFFER',
  severity: 'error',
  layer: 'disks',
  meaning: 'A log directory belongs to another broker or another cluster.',
  remedy:
    'A broker does not start on it. See whether disks were swapped, or whether --log-dirs names the wrong one; only empty directories may be given to another broker.',
  *find({ disks, zookeeper }) {
    for (const { path, brokerId, meta } of disks) {
      if (meta === undefined) continue;
      const file = `${path}/meta.properties`;
      if (meta.brokerId !== undefined && meta.brokerId !== brokerId) {
        yield {
          subject: `broker.id of ${path}`,
          says: [says('--log-dirs', `broker ${brokerId}`), says(file, `broker ${meta.brokerId}`)],
        };
      }
      if (zookeeper.clusterId === null || meta.clusterId === undefined) continue;
      if (meta.clusterId !== zookeeper.clusterId) {
        yield {
          subject: `cluster.id of ${path}`,
          says: [says(paths.clusterId, zookeeper.clusterId), says(file, meta.clusterId)],
        };
      }
    }
  },
};
