import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { answeringBrokers } from '../look-up';

export const brokerListDiffers: Check = {
  code: 'BROKER_LIST_DIFFERS',
  severity: 'error',
  layer: 'brokers',
  meaning: 'A broker tells clients of other brokers than those registered.',
  remedy:
    'It does not follow /brokers/ids any more: see its log for trouble with its ZooKeeper session, and restart it if it does not recover.',
  passing: 'a broker has just come or gone',
  *find(snapshot) {
    const { registrations } = snapshot.zookeeper;
    for (const { id, answers } of answeringBrokers(snapshot)) {
      const here = [...answers.brokers.keys()].sort((a, b) => a - b);
      const there = [...registrations.keys()].sort((a, b) => a - b);
      if (ids(here) !== ids(there)) {
        yield {
          subject: `broker ${id}`,
          says: [says(paths.brokerIds, ids(there)), says(`broker ${id}`, ids(here))],
        };
      }
      for (const [other, address] of answers.brokers) {
        const endpoints = registrations.get(other)?.endpoints;
        if (!endpoints || endpoints.some(({ host, port }) => `${host}:${port}` === address))
          continue;
        yield {
          subject: `broker ${other} as broker ${id} tells`,
          says: [
            says(
              paths.broker(other),
              endpoints.map(({ host, port }) => `${host}:${port}`).join(','),
            ),
            says(`broker ${id}`, address),
          ],
        };
      }
    }
  },
};
