import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const clusterIdMissing: Check = {
  code: 'CLUSTER_ID_MISSING',
  severity: 'error',
  layer: 'brokers',
  meaning: 'ZooKeeper does not know the id of the cluster.',
  remedy:
    'Write the id that the brokers tell, and that stands in their meta.properties, back to /cluster/id as {"version":"1","id":"…"}: the next broker to start would make a new one and refuse its own data.',
  *find({ zookeeper, brokers }) {
    if (zookeeper.clusterId !== null) return;
    const told = [...brokers.values()].flatMap(({ id, answers }) =>
      answers ? [says(`broker ${id}`, answers.clusterId ?? 'none')] : [],
    );
    yield { subject: 'cluster', says: [says(paths.clusterId, 'not there'), ...told] };
  },
};
