import { clientSettings } from './client-properties';

describe('client properties', () => {
  test('of a producer', () => {
    const properties = {
      'bootstrap.servers': 'a:1, b:2',
      'client.id': 'me',
      acks: 'all',
      'linger.ms': '5',
      'compression.type': 'zstd',
      'partitioner.class': 'org.apache.kafka.clients.producer.RoundRobinPartitioner',
      'retry.backoff.ms': '7',
      retries: '3',
      'request.timeout.ms': '1500',
      'send.buffer.bytes': '1',
    };
    expect(clientSettings('producer', properties)).toEqual({
      client: {
        brokers: ['a:1', 'b:2'],
        clientId: 'me',
        requestTimeout: 1500,
        retry: { initialRetryTime: 7, retries: 3 },
      },
      producer: {
        acks: 'all',
        lingerMs: 5,
        compression: 'zstd',
        partitioner: 'roundRobin',
        retries: 3,
        retryBackoffMs: 7,
        requestTimeoutMs: 1500,
      },
      consumer: { requestTimeoutMs: 1500, retryBackoffMs: 7 },
      withoutEffect: ['send.buffer.bytes=1'],
    });
  });

  test('of a consumer', () => {
    const { consumer, client } = clientSettings('consumer', {
      'auto.offset.reset': 'earliest',
      'isolation.level': 'read_committed',
      'check.crcs': 'false',
      'fetch.min.bytes': '10',
      'default.api.timeout.ms': '9',
    });
    expect(client).toEqual({ apiTimeout: 9 });
    expect(consumer).toEqual({
      autoOffsetReset: 'earliest',
      isolationLevel: 'read_committed',
      checkCrcs: false,
      fetchMinBytes: 10,
    });
  });

  test('of a consumer in a group', () => {
    const { consumer, withoutEffect } = clientSettings('consumer', {
      'group.id': 'g',
      'group.instance.id': 'i',
      'group.protocol': 'classic',
      'enable.auto.commit': 'false',
      'auto.commit.interval.ms': '1',
      'heartbeat.interval.ms': '2',
      'session.timeout.ms': '3',
      'max.poll.interval.ms': '4',
      'partition.assignment.strategy':
        'org.apache.kafka.clients.consumer.CooperativeStickyAssignor, RangeAssignor,sticky',
      'value.deserializer': 'x',
    });
    expect(consumer).toEqual({
      groupId: 'g',
      groupInstanceId: 'i',
      enableAutoCommit: false,
      autoCommitIntervalMs: 1,
      heartbeatIntervalMs: 2,
      sessionTimeoutMs: 3,
      maxPollIntervalMs: 4,
      partitionAssignors: ['cooperative-sticky', 'range', 'sticky'],
    });
    expect(withoutEffect).toEqual(['value.deserializer=x']);
  });

  test('of an admin', () => {
    const { client, withoutEffect } = clientSettings('admin', {
      'client.id': 'ops',
      'request.timeout.ms': '1000',
      'default.api.timeout.ms': '2000',
      'socket.connection.setup.timeout.ms': '300',
      'retry.backoff.ms': '10',
      'security.protocol': 'PLAINTEXT',
      'client.dns.lookup': 'use_all_dns_ips',
    });
    expect(client).toEqual({
      clientId: 'ops',
      requestTimeout: 1000,
      apiTimeout: 2000,
      connectionTimeout: 300,
      retry: { initialRetryTime: 10 },
    });
    expect(withoutEffect).toEqual(['client.dns.lookup=use_all_dns_ips']);
  });

  test('idempotence is on or off', () => {
    const of = (value: string) =>
      clientSettings('producer', { 'enable.idempotence': value }).producer.enableIdempotence;
    expect([of('true'), of('false')]).toEqual([true, false]);
  });

  test('acks are a number on their way', () => {
    expect(clientSettings('producer', { acks: '-1' }).producer.acks).toBe(-1);
  });

  test.each([
    ['producer', { 'compresion.type': 'gzip' }, 'compression.type'],
    ['consumer', { 'linger.ms': '5' }, 'The consumer has no config "linger.ms".'],
    ['producer', { 'linger.ms': 'soon' }, 'linger.ms=soon cannot be used. Give a whole number'],
    ['producer', { acks: '2' }, 'Allowed are all, -1, 0, 1.'],
    ['consumer', { 'group.protocol': 'consumer' }, 'the classic group protocol only'],
    ['consumer', { 'partition.assignment.strategy': 'mine.Best' }, 'Allowed are RangeAssignor,'],
    ['producer', { 'enable.idempotence': 'yes' }, 'Allowed are true, false.'],
    ['admin', { 'security.protocol': 'SSL' }, 'PLAINTEXT'],
    ['admin', { 'request.timeout': '5' }, 'Did you mean request.timeout.ms?'],
    ['admin', { 'key.serializer': 'x' }, 'The admin has no config "key.serializer".'],
    ['admin', { constructor: '1' }, 'no config "constructor"'],
  ] as const)('%s %j: %s', (role, properties, text) => {
    expect.assertions(1);
    try {
      clientSettings(role, properties);
    } catch (error) {
      const { message, advice } = error as { message: string; advice: string };
      expect(`${message} ${advice}`).toContain(text);
    }
  });
});
