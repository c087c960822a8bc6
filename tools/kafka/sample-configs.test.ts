import { join } from 'node:path';
import { BrokerConfig } from '../../broker/config/broker-config';
import { loadServerProperties } from '../../broker/config/server-properties';
import { projectRoot } from '../cli/project-root';
import { readZookeeperProperties } from '../zookeeper/server-properties';

const sample = (name: string) => join(projectRoot(), 'config', name);

test('config/server.properties is a broker of the ZooKeeper in config/zookeeper.properties', () => {
  const config = BrokerConfig.create(loadServerProperties(sample('server.properties')));
  const { host, clientPort } = readZookeeperProperties(sample('zookeeper.properties'));
  expect(config.get('zookeeper.connect')).toBe(`${host}:${clientPort}`);
  expect(config.listeners).toMatchObject([{ host: 'localhost', port: 9092 }]);
});
