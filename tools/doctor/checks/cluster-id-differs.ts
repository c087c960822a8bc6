import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const clusterIdDiffers: Check = {
  code: 'CLUSTER_ID_DIFFERS',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A broker believes to be in another cluster than ZooKeeper says.',
  remedy:
    'Either this ZooKeeper was replaced or the broker belongs elsewhere. Stop the broker before its data and those of the cluster are mixed, and compare its zookeeper.connect and meta.properties.',
  *find(snapshot) {
    const { clusterId } = snapshot.zookeeper;
    if (clusterId === null) return;
    for (const { id, answers } of answeringBrokers(snapshot)) {
      if (answers.clusterId === clusterId) continue;
      yield {
        subject: `broker ${id}`,
        says: [says(paths.clusterId, clusterId), says(`broker ${id}`, answers.clusterId ?? 'none')],
      };
    }
  },
};
