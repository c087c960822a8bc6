import { BrokerConfig } from '../../broker/config/broker-config';
import { brokerConfigs } from '../../broker/config/broker-configs';
import { loadServerProperties } from '../../broker/config/server-properties';
import { join } from 'node:path';
import { configFromEnvironment, configNameOf, variableOf } from './environment-config';

test.each([
  ['KAFKA_ADVERTISED_LISTENERS', 'advertised.listeners'],
  ['KAFKA_LOG_RETENTION_MS', 'log.retention.ms'],
  ['KAFKA_A__B', 'a_b'],
  ['KAFKA_A___B_C', 'a-b.c'],
])('%s is %s', (variable, config) => {
  expect(configNameOf(variable)).toBe(config);
  expect(variableOf(config)).toBe(variable);
});

test('every config of the broker has a variable', () => {
  const names = Object.keys(brokerConfigs);
  expect(names.map((name) => configNameOf(variableOf(name)))).toEqual(names);
});

test('takes values as they are and leaves other variables alone', () => {
  const env = {
    PATH: '/bin',
    KAFKA_BROKER_ID: '1',
    KAFKA_BROKER_RACK: '',
    KAFKA_LISTENERS: 'INTERNAL://:9092,EXTERNAL://:19092',
    KAFKA_CLASSIC_RUN_DIR: '/tmp/kafka',
  };
  expect(configFromEnvironment(env)).toEqual({
    properties: {
      'broker.id': '1',
      'broker.rack': '',
      listeners: 'INTERNAL://:9092,EXTERNAL://:19092',
    },
    notes: [],
  });
});

test('names every variable that is no config, and what was probably meant', () => {
  const env = { KAFKA_ADVERTISED_LISTENER: 'x', KAFKA_NODE_ID: '1', KAFKA_PORT: '9092' };
  const read = () => configFromEnvironment(env);
  expect(read).toThrow('3 configs cannot be used');
  expect(read).toThrow('KAFKA_ADVERTISED_LISTENER cannot be used');
  expect(read).toThrow('Did you mean KAFKA_ADVERTISED_LISTENERS?');
  expect(read).toThrow('KAFKA_NODE_ID cannot be used: node.id is not supported');
  expect(read).toThrow('KAFKA_PORT cannot be used: port is not supported');
});

test('says that options of a JVM have no effect', () => {
  const { properties, notes } = configFromEnvironment({
    KAFKA_HEAP_OPTS: '-Xmx1g',
    KAFKA_JMX_PORT: '9999',
  });
  expect(properties).toEqual({});
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain('KAFKA_HEAP_OPTS has no effect');
});

test('is not disturbed by what Kubernetes sets for a Service named kafka or kafka-broker', () => {
  const env = {
    KAFKA_SERVICE_HOST: '10.0.0.7',
    KAFKA_SERVICE_PORT: '9092',
    KAFKA_SERVICE_PORT_CLIENTS: '9092',
    KAFKA_PORT: 'tcp://10.0.0.7:9092',
    KAFKA_PORT_9092_TCP: 'tcp://10.0.0.7:9092',
    KAFKA_PORT_9092_TCP_ADDR: '10.0.0.7',
    KAFKA_BROKER_SERVICE_HOST: '10.0.0.8',
    KAFKA_BROKER_PORT: 'tcp://10.0.0.8:9092',
  };
  expect(configFromEnvironment(env)).toEqual({ properties: {}, notes: [] });
});

test('the configs of the image are complete but for ZooKeeper', () => {
  const file = loadServerProperties(join(__dirname, 'server.properties'));
  expect(() => BrokerConfig.create(file)).toThrow('zookeeper.connect is not set');
  const { properties } = configFromEnvironment({ KAFKA_ZOOKEEPER_CONNECT: 'zookeeper:2181' });
  expect(BrokerConfig.create({ ...file, ...properties }).logDirs).toEqual(['/var/lib/kafka/data']);
});
