import { ConfigSource, ConfigType } from '../../client/protocol/messages/describe-configs';
import { errorCodeOf } from '../../client/protocol/protocol-error';
import { BrokerConfig } from './broker-config';
import { brokerConfigs, brokerConfigSections } from './broker-configs';
import { isSensitive, password, type ConfigDefinition } from './config-definition';
import { ConfigError } from './config-error';
import { renderConfigReference } from './config-reference';
import {
  describeBrokerConfig,
  describeBrokerDefaults,
  describeTopicConfig,
} from './describe-configs';
import { parseConfig } from './parse-config';
import { parseOverrides, parseServerProperties } from './server-properties';
import { TopicConfig, validateTopicOverrides } from './topic-config';
import { topicConfigs } from './topic-configs';

const tables: [string, Record<string, ConfigDefinition>][] = [
  ['broker', brokerConfigs as Record<string, ConfigDefinition>],
  ['topic', topicConfigs as Record<string, ConfigDefinition>],
];
const minimal = { 'zookeeper.connect': 'localhost:2181' };
const create = (properties: Record<string, string>) =>
  BrokerConfig.create({ ...minimal, ...properties });

function errorOf(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.each(tables)('the table of %s configs', (_, table) => {
  test.each(Object.entries(table))('%s is declared soundly', (key, definition) => {
    expect(key).toMatch(/^[a-z]+(\.[a-z0-9]+)*$/);
    expect(definition.doc).toMatch(/\.$/);
    if (definition.noEffect !== undefined) expect(definition.noEffect).toMatch(/\.$/);
    if (definition.default !== null) parseConfig(key, definition, definition.default);
    if (definition.kafkaDefault) parseConfig(key, definition, definition.kafkaDefault);
    for (const { key: other } of definition.fallbacks) {
      expect(brokerConfigs).toHaveProperty([other]);
    }
    if (definition.brokerKey) expect(brokerConfigs).toHaveProperty([definition.brokerKey]);
  });
});

test('no broker config is in two sections', () => {
  const all = brokerConfigSections.flatMap(({ configs }) => Object.keys(configs));
  expect(new Set(all).size).toBe(all.length);
  expect(Object.keys(brokerConfigs)).toEqual(all);
});

test('a topic config and the broker config behind it agree', () => {
  const config = create({});
  for (const [key, definition] of Object.entries(topicConfigs) as [string, ConfigDefinition][]) {
    if (!definition.brokerKey || key === 'min.insync.replicas') continue;
    const resolved = config.resolved(definition.brokerKey as keyof typeof brokerConfigs);
    expect([key, resolved.text]).toEqual([key, definition.default]);
  }
});

describe('parseConfig', () => {
  const { 'log.segment.bytes': segmentBytes, 'log.flush.interval.messages': messages } =
    brokerConfigs;

  test('reads every type', () => {
    expect(parseConfig('x', segmentBytes, ' 1024 ')).toBe(1024);
    expect(parseConfig('x', messages, '9223372036854775807')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseConfig('x', brokerConfigs['delete.topic.enable'], 'False')).toBe(false);
    expect(parseConfig('x', topicConfigs['cleanup.policy'], 'compact, delete')).toEqual([
      'compact',
      'delete',
    ]);
    expect(parseConfig('x', topicConfigs['min.cleanable.dirty.ratio'], '2.5e-1')).toBe(0.25);
  });

  test.each([
    ['log.segment.bytes', '13', 'log.segment.bytes cannot be "13": it must be a whole number from'],
    ['log.segment.bytes', '2147483648', '14 to 2147483647'],
    ['log.segment.bytes', '1GB', '"1GB"'],
    ['log.segment.bytes', '', '""'],
    ['log.flush.interval.messages', '9223372036854785807', 'at least 1'],
    ['delete.topic.enable', 'yes', 'true or false'],
    ['log.cleanup.policy', 'shred', 'any of compact, delete'],
    ['log.message.timestamp.type', 'createtime', 'one of CreateTime, LogAppendTime'],
    ['log.retention.hours', '0', '-1 (without limit) or at least 1'],
    ['http.listener', '8080', 'host:port'],
  ] as const)('%s=%s is refused', (key, text, part) => {
    const error = errorOf(() => create({ [key]: text }));
    expect(error.message).toContain(part);
    expect(error.keys).toEqual([key]);
  });

  test('never shows a secret', () => {
    const secret = password(null, 'A secret.', { check: () => 'longer' });
    expect(isSensitive(secret)).toBe(true);
    const error = errorOf(() => parseConfig('x.password', secret, 'hunter2'));
    expect(error.message).toBe('x.password cannot be [hidden]: it must be longer.');
  });
});

describe('BrokerConfig', () => {
  test("takes the server.properties of Kafka 3.9's distribution", () => {
    const config = BrokerConfig.create(
      parseServerProperties(`
        broker.id=0
        num.network.threads=3
        num.io.threads=8
        socket.send.buffer.bytes=102400
        socket.receive.buffer.bytes=102400
        socket.request.max.bytes=104857600
        log.dirs=/tmp/kafka-logs
        num.partitions=1
        num.recovery.threads.per.data.dir=1
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        log.retention.hours=168
        log.retention.check.interval.ms=300000
        zookeeper.connect=localhost:2181
        zookeeper.connection.timeout.ms=18000
        group.initial.rebalance.delay.ms=0
      `),
    );
    expect(config.get('broker.id')).toBe(0);
    expect(config.logDirs).toEqual(['/tmp/kafka-logs']);
    expect(config.get('log.retention.ms')).toBe(604_800_000);
    expect(config.listeners).toEqual([
      { name: 'PLAINTEXT', host: undefined, port: 9092, securityProtocol: 'PLAINTEXT' },
    ]);
  });

  test('tells everything that is wrong at once, and what was meant', () => {
    const error = errorOf(() =>
      BrokerConfig.create({ 'num.partition': '3', 'log.segment.bytes': 'x', 'ssl.protocol': 'T' }),
    );
    expect(error.keys).toEqual(['num.partition', 'log.segment.bytes', 'ssl.protocol']);
    expect(error.message).toContain('num.partition is not a broker config. Did you mean num.part');
    expect(error.message).toContain('ssl.protocol is not supported: there is no TLS');
    expect(errorCodeOf(error)).toBe(40);
  });

  test('a name that resembles none is simply unknown', () => {
    expect(errorOf(() => create({ frobnicate: '1' })).advice).toBe('Remove it.');
    expect(errorOf(() => create({ toString: '1' })).message).toContain('not a broker config');
  });

  test.each([
    [{ 'log.retention.hours': '1' }, 3_600_000],
    [{ 'log.retention.hours': '1', 'log.retention.minutes': '2' }, 120_000],
    [{ 'log.retention.hours': '1', 'log.retention.minutes': '2', 'log.retention.ms': '3' }, 3],
    [{ 'log.retention.minutes': '-1' }, -1],
    [{}, 604_800_000],
  ])('%j gives log.retention.ms %d', (properties, expected) => {
    expect(create(properties as Record<string, string>).get('log.retention.ms')).toBe(expected);
  });

  test('a dynamic config goes before the file, and one broker before all', () => {
    const config = create({ 'log.retention.ms': '1000' }).withDynamic({
      defaults: { 'log.retention.ms': '2000', 'message.max.bytes': '7' },
      broker: { 'message.max.bytes': '8' },
    });
    expect(config.get('log.retention.ms')).toBe(2000);
    expect(config.get('message.max.bytes')).toBe(8);
    expect(config.resolved('message.max.bytes').source).toBe(ConfigSource.DYNAMIC_BROKER_CONFIG);
  });

  test('what differs from Kafka on purpose', () => {
    const config = create({});
    expect(config.logDirs).toEqual(['./data/kafka-logs']);
    expect(config.get('default.replication.factor')).toBeNull();
    expect(config.get('min.insync.replicas')).toBeNull();
    expect(config.httpAddress).toBeUndefined();
  });

  test('listeners, advertised listeners and the one between brokers', () => {
    const config = create({
      listeners: 'internal://[::1]:9093, EXTERNAL://:0',
      'advertised.listeners': 'EXTERNAL://kafka.example:9094,INTERNAL://:9093',
      'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:plaintext',
      'inter.broker.listener.name': 'internal',
      'http.listener': '[::1]:8080',
      'max.connections.per.ip.overrides': '127.0.0.1:2,[::1]:3',
    });
    expect(config.listeners.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['INTERNAL', '::1', 9093],
      ['EXTERNAL', undefined, 0],
    ]);
    expect(config.interBrokerListener.name).toBe('INTERNAL');
    expect(config.advertisedEndpoints(() => 1, 'me').map(({ host, port }) => [host, port])).toEqual(
      [
        ['kafka.example', 9094],
        ['me', 9093],
      ],
    );
    expect(create({ listeners: 'PLAINTEXT://:0' }).advertisedEndpoints(() => 77, 'me')).toEqual([
      { name: 'PLAINTEXT', host: 'me', port: 77, securityProtocol: 'PLAINTEXT' },
    ]);
    expect(config.httpAddress).toEqual({ host: '::1', port: 8080 });
    expect([...config.connectionsPerIpOverrides]).toEqual([
      ['127.0.0.1', 2],
      ['::1', 3],
    ]);
  });

  test.each([
    [{ 'zookeeper.connect': '' }, 'zookeeper.connect'],
    [{ listeners: 'PLAINTEXT:9092' }, 'NAME://host:port'],
    [{ listeners: 'PLAINTEXT://:99999' }, 'NAME://host:port'],
    [{ listeners: '' }, 'at least one'],
    [{ listeners: 'SSL://:9093' }, 'does not speak'],
    [{ listeners: 'HOME://:9093' }, 'no security protocol'],
    [{ listeners: 'PLAINTEXT://a:1,PLAINTEXT://b:2' }, 'twice'],
    [{ 'listener.security.protocol.map': 'A:TCP' }, 'A:TCP'],
    [
      { listeners: 'A://:1,B://:1', 'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT' },
      'port 1 twice',
    ],
    [{ listeners: 'PLAINTEXT://0.0.0.0:9092' }, 'Nobody can connect to 0.0.0.0:9092'],
    [{ listeners: 'PLAINTEXT://[::]:9092' }, 'Nobody can connect to [::]:9092'],
    [{ 'inter.broker.listener.name': 'NOWHERE' }, 'no listener for the other brokers'],
    [
      { 'inter.broker.listener.name': 'PLAINTEXT', 'security.inter.broker.protocol': 'PLAINTEXT' },
      'both set',
    ],
    [
      {
        'advertised.listeners': 'A://a:1',
        'listener.security.protocol.map': 'A:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      },
      'which listeners does not',
    ],
    [{ 'broker.id': '1001' }, 'ids above'],
    [{ 'broker.id.generation.enable': 'false' }, 'at least 0'],
    [{ 'queued.max.request.bytes': '1000' }, 'less than socket.request.max.bytes'],
    [{ 'replica.fetch.wait.max.ms': '40000' }, 'replica.socket.timeout.ms'],
    [{ 'log.dirs': ' , ' }, 'no directory'],
    [{ 'log.dirs': '/a,/b,/a' }, 'twice'],
    [{ 'max.connections.per.ip.overrides': 'localhost:3' }, 'address:limit'],
  ])('%j is refused', (properties, part) => {
    const error = errorOf(() => create(properties as Record<string, string>));
    expect(error.message).toContain(part);
  });

  test('zookeeper.connect has to be set', () => {
    expect(errorOf(() => BrokerConfig.create({})).keys).toEqual(['zookeeper.connect']);
  });

  test('overrides of the command line', () => {
    expect(parseOverrides(['a=b=c', 'd = e'])).toEqual({ a: 'b=c', d: 'e' });
    expect(errorOf(() => parseOverrides(['broker.id'])).message).toContain('name=value');
  });
});

describe('TopicConfig', () => {
  const broker = create({ 'log.retention.hours': '2', 'log.segment.bytes': '4096' });

  test('its own values go before those of the broker', () => {
    const topic = TopicConfig.resolve(broker, { 'segment.bytes': '8192' });
    expect(topic.get('segment.bytes')).toBe(8192);
    expect(topic.get('retention.ms')).toBe(7_200_000);
    expect(topic.get('cleanup.policy')).toEqual(['delete']);
    expect(topic.get('leader.replication.throttled.replicas')).toEqual([]);
    expect(topic.resolved('segment.bytes').source).toBe(ConfigSource.DYNAMIC_TOPIC_CONFIG);
    expect(topic.resolved('retention.ms').source).toBe(ConfigSource.STATIC_BROKER_CONFIG);
    expect(topic.resolved('flush.ms').source).toBe(ConfigSource.DEFAULT_CONFIG);
  });

  test.each([
    [1, {}, {}, 1],
    [2, {}, {}, 1],
    [3, {}, {}, 2],
    [5, {}, {}, 4],
    [undefined, {}, {}, 1],
    [3, { 'min.insync.replicas': '1' }, {}, 1],
    [3, { 'min.insync.replicas': '1' }, { 'min.insync.replicas': '3' }, 3],
  ])('min.insync.replicas of %s replicas, broker %j, topic %j', (replicas, ofBroker, own, min) => {
    const config = create(ofBroker as Record<string, string>);
    const context = { replicationFactor: replicas };
    const topic = TopicConfig.resolve(config, own as Record<string, string>, context);
    expect(topic.get('min.insync.replicas')).toBe(min);
  });

  test('invalid overrides are an error, or left out when they are stored already', () => {
    const overrides = { 'retention.m': '1', 'segment.bytes': '1', 'flush.ms': '5' };
    const error = errorOf(() => validateTopicOverrides(overrides));
    expect(error.keys).toEqual(['retention.m', 'segment.bytes']);
    expect(error.code).toBe('INVALID_CONFIG');
    expect(errorOf(() => TopicConfig.resolve(broker, overrides)).keys).toEqual(error.keys);
    const told: string[] = [];
    const onInvalid = (problem: ConfigError) => void told.push(...problem.keys);
    const topic = TopicConfig.resolve(broker, overrides, { onInvalid });
    expect(told).toEqual(error.keys);
    expect(topic.get('segment.bytes')).toBe(4096);
    expect(topic.get('flush.ms')).toBe(5);
  });
});

describe('DescribeConfigs', () => {
  const broker = create({ 'log.retention.hours': '2' });

  test('a topic, with synonyms and documentation', () => {
    const topic = TopicConfig.resolve(broker, { 'retention.ms': '5' });
    const [entry, ...others] = describeTopicConfig(topic, {
      keys: ['retention.ms', 'unknown'],
      includeSynonyms: true,
      includeDocumentation: true,
    });
    expect(others).toEqual([]);
    expect(entry).toEqual({
      name: 'retention.ms',
      value: '5',
      readOnly: false,
      configSource: ConfigSource.DYNAMIC_TOPIC_CONFIG,
      isSensitive: false,
      synonyms: [
        { name: 'retention.ms', value: '5', source: ConfigSource.DYNAMIC_TOPIC_CONFIG },
        { name: 'log.retention.hours', value: '2', source: ConfigSource.STATIC_BROKER_CONFIG },
        { name: 'log.retention.hours', value: '168', source: ConfigSource.DEFAULT_CONFIG },
      ],
      configType: ConfigType.LONG,
      documentation: topicConfigs['retention.ms'].doc,
    });
  });

  test('what is asked for by name, in the order asked; without names all', () => {
    const topic = TopicConfig.resolve(broker, {});
    const namesFor = (keys: string[]) =>
      describeTopicConfig(topic, { keys }).map(({ name }) => name);
    expect(namesFor(['segment.ms', 'cleanup.policy', 'segment.ms', 'toString'])).toEqual([
      'segment.ms',
      'cleanup.policy',
    ]);
    expect(namesFor([])).toEqual(Object.keys(topicConfigs));
  });

  test('defaults in other units are told beside what is set only', () => {
    const synonymsOf = (overrides: Record<string, string>, properties: Record<string, string>) =>
      describeTopicConfig(TopicConfig.resolve(create(properties), overrides), {
        keys: ['retention.ms'],
        includeSynonyms: true,
      })[0].synonyms?.map(({ name, value }) => `${name}=${value}`);
    expect(synonymsOf({}, {})).toEqual([]);
    expect(synonymsOf({ 'retention.ms': '5' }, {})).toEqual(['retention.ms=5']);
    expect(synonymsOf({}, { 'log.retention.ms': '7' })).toEqual([
      'log.retention.ms=7',
      'log.retention.hours=168',
    ]);
  });

  test('the default of all brokers: what is set there, and nothing else', () => {
    const config = BrokerConfig.create(
      { 'zookeeper.connect': 'z', 'log.retention.ms': '4' },
      {
        defaults: { 'log.retention.ms': '5', 'message.max.bytes': '6000' },
        broker: { 'log.retention.ms': '7' },
      },
    );
    expect(describeBrokerDefaults(config, { keys: null, includeSynonyms: true })).toMatchObject([
      { name: 'message.max.bytes', value: '6000' },
      {
        name: 'log.retention.ms',
        value: '5',
        configSource: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
        synonyms: [{ value: '5' }],
      },
    ]);
    expect(describeBrokerDefaults(config, { keys: ['log.dirs'] })).toEqual([]);
  });

  test('a broker, all of it', () => {
    const entries = describeBrokerConfig(broker, { keys: null });
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(brokerConfigs));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    expect(byName.get('broker.id')).toMatchObject({ value: '-1', readOnly: true });
    expect(byName.get('log.retention.ms')).toMatchObject({ value: '7200000', readOnly: false });
    expect(byName.get('log.flush.interval.messages')?.value).toBe('9223372036854775807');
    expect(byName.get('broker.rack')?.value).toBeNull();
    expect(byName.get('broker.id')?.synonyms).toEqual([]);
    expect(byName.get('broker.id')?.documentation).toBeNull();
  });
});

test('the reference has a row for every config', () => {
  const page = renderConfigReference();
  for (const [, table] of tables) {
    for (const key of Object.keys(table)) expect(page).toContain(`\n| \`${key}\` |`);
  }
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7);
});
