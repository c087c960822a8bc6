import type { ZkStat } from '../../../zk-coordination/stat';
import { collectZookeeper } from './zookeeper-view';

const stat: ZkStat = {
  ...{ czxid: 5n, mzxid: 6n, pzxid: 6n, ctime: 1000, mtime: 1000 },
  ...{ version: 3, cversion: 0, ephemeralOwner: 77n, dataLength: 0, numChildren: 0 },
};

/** A ZooKeeper with these znodes; their parents are there too. */
function collected(znodes: Readonly<Record<string, object | string | null>>) {
  const paths = Object.keys(znodes);
  return collectZookeeper({
    sync: async () => {},
    get: async (path) => {
      const value = znodes[path];
      if (value === undefined) return null;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return { data: value === null ? null : Buffer.from(text), stat };
    },
    children: async (parent) => {
      const below = paths.filter((path) => path.startsWith(`${parent}/`));
      return [...new Set(below.map((path) => path.slice(parent.length + 1).split('/')[0]!))].sort();
    },
  });
}

const broker = {
  ...{ version: 5, host: 'h', port: 9092, endpoints: ['PLAINTEXT://h:9092'], jmx_port: -1 },
  ...{ timestamp: '0', listener_security_protocol_map: { PLAINTEXT: 'PLAINTEXT' }, features: {} },
};
const state = { version: 1, leader: 1, leader_epoch: 2, controller_epoch: 3, isr: [1] };

test('everything that Kafka keeps', async () => {
  const view = await collected({
    '/cluster/id': { version: '1', id: 'c' },
    '/controller': { version: 2, brokerid: 10, timestamp: '0' },
    '/controller_epoch': '3',
    '/brokers/ids/10': broker,
    '/brokers/ids/9': broker,
    '/brokers/topics/t': { version: 3, topic_id: 'x', partitions: { '10': [1], '2': [1] } },
    '/brokers/topics/t/partitions/2/state': state,
    '/brokers/topics/t/partitions/7': null,
    '/admin/delete_topics/old': null,
    '/admin/delete_topics/t': { version: 1, topic_id: 'x' },
    '/admin/reassign_partitions': {
      version: 1,
      partitions: [{ topic: 't', partition: 2, replicas: [2] }],
    },
    '/isr_change_notification/isr_change_0000000001': { version: 1, partitions: [] },
    '/config/topics/a%20b': { version: 1, config: { k: 'v' } },
    '/config/brokers/<default>': null,
  });
  expect(view).toMatchObject({
    clusterId: 'c',
    controller: { brokerId: 10, owner: 77n },
    controllerEpoch: 3,
    requests: [{ path: '/admin/reassign_partitions', about: 't-2' }],
    notifications: ['/isr_change_notification/isr_change_0000000001'],
    malformed: [],
  });
  expect([...view.registrations.values()]).toMatchObject([
    { id: 9, epoch: 5n, owner: 77n },
    { id: 10, endpoints: [{ host: 'h', port: 9092 }] },
  ]);
  const topic = view.topics.get('t')!;
  expect(topic).toMatchObject({ topicId: 'x', extra: ['7'] });
  expect([...topic.partitions.values()]).toMatchObject([
    { partition: 2, assignment: { replicas: [1] }, state: { leader: 1, version: 3 } },
    { partition: 10, state: null },
  ]);
  expect([...view.deletions]).toEqual([
    ['old', { topicId: null, at: 1000 }],
    ['t', { topicId: 'x', at: 1000 }],
  ]);
  expect([...view.topicConfigs]).toEqual([['a b', { k: 'v' }]]);
  expect([...view.brokerConfigs]).toEqual([['<default>', {}]]);
});

test('an empty ensemble', async () => {
  expect(await collected({})).toMatchObject({
    clusterId: null,
    controller: null,
    controllerEpoch: null,
    malformed: [],
  });
});

test('what cannot be read is told of, and everything else is read', async () => {
  const view = await collected({
    '/controller_epoch': 'three',
    '/controller': '{',
    '/brokers/ids/1': '[]',
    '/brokers/topics/odd': null,
    '/brokers/topics/t': { version: 3, partitions: { '0': [1] } },
    '/brokers/topics/t/partitions/0/state': { ...state, isr: 'everybody' },
    '/admin/delete_topics/t': '?',
    '/config/topics/t': { version: 1, config: { k: 1 } },
  });
  expect(view.malformed.map(({ path }) => path).sort()).toEqual([
    '/admin/delete_topics/t',
    '/brokers/ids/1',
    '/brokers/topics/odd',
    '/brokers/topics/t/partitions/0/state',
    '/config/topics/t',
    '/controller',
    '/controller_epoch',
  ]);
  expect([...view.topics.keys()]).toEqual(['t']);
  expect(view.topics.get('t')!.partitions.get(0)!.state).toBeNull();
});
