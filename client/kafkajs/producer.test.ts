import { connect } from 'node:net';
import { ErrorCode } from '../protocol/error-codes';
import { apis } from '../protocol/apis';
import { FakeBroker } from '../network/testing/fake-broker';
import { FakeLog } from '../producer/testing/fake-log';
import {
  CompressionTypes,
  Kafka,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNotImplemented,
  logLevel,
  type KafkaConfig,
  type LogEntry,
  type Producer,
  type ProducerConfig,
} from '.';

let broker: FakeBroker;
let log: FakeLog;
let producer: Producer | undefined;
let entries: LogEntry[];

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 3);
  broker.cluster.addTopic('views', 1);
  log = new FakeLog();
  log.serve(broker);
  entries = [];
});
afterEach(async () => {
  await producer?.disconnect();
  producer = undefined;
  await broker.stop();
});

function kafka(config: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    brokers: [broker.address],
    connectionTimeout: 10_000,
    retry: { initialRetryTime: 1, maxRetryTime: 5, retries: 2 },
    logLevel: logLevel.DEBUG,
    logCreator: () => (entry) => void entries.push(entry),
    ...config,
  });
}

async function connected(config?: ProducerConfig): Promise<Producer> {
  producer = kafka().producer(config);
  await producer.connect();
  return producer;
}

test('messages as KafkaJS takes them; one answer per partition', async () => {
  const { send } = await connected();
  const sent = await send({
    topic: 'clicks',
    messages: [
      {
        value: 'a',
        partition: 1,
        timestamp: '1700000000000',
        headers: { h: ['x', Buffer.from('y')] },
      },
      { key: Buffer.from('k'), value: Buffer.from('b'), partition: 1 },
      { value: null, key: 'gone', partition: 2 },
    ],
  });
  expect(sent).toEqual([
    {
      topicName: 'clicks',
      partition: 1,
      errorCode: 0,
      baseOffset: '0',
      logAppendTime: '-1',
      logStartOffset: '-1',
    },
    expect.objectContaining({ partition: 2, baseOffset: '0' }),
  ]);
  expect(log.partitions.get('clicks-1')).toMatchObject([
    {
      value: 'a',
      timestamp: 1_700_000_000_000,
      headers: [
        { key: 'h', value: 'x' },
        { key: 'h', value: 'y' },
      ],
    },
    { key: 'k', value: 'b' },
  ]);
  expect(log.partitions.get('clicks-2')).toMatchObject([{ key: 'gone', value: null }]);
});

test('sendBatch: several topics, one of them twice', async () => {
  const { sendBatch } = await connected();
  const sent = await sendBatch({
    topicMessages: [
      { topic: 'views', messages: [{ value: '1' }] },
      { topic: 'clicks', messages: [{ value: '2', partition: 0 }] },
      { topic: 'views', messages: [{ value: '3' }] },
    ],
  });
  expect(sent.map(({ topicName }) => topicName).sort()).toEqual(['clicks', 'views']);
  expect(log.values('views')).toEqual(['1', '3']);
  await expect(sendBatch({})).resolves.toEqual([]);
});

test('acks and compression are given with each call', async () => {
  const { send } = await connected();
  const messages = [{ value: 'x'.repeat(100) }];
  await send({ topic: 'views', messages, acks: 1, compression: CompressionTypes.GZIP });
  await expect(send({ topic: 'views', messages, acks: 0 })).resolves.toEqual([]);
  await broker.until(apis.Produce, 2);
  expect(broker.received(apis.Produce).map(({ acks }) => acks)).toEqual([1, 0]);
  await expect(send({ topic: 'views', messages, acks: 2 })).rejects.toThrow('Invalid acks 2');
  const compression = 9 as CompressionTypes;
  await expect(send({ topic: 'views', messages, compression })).rejects.toBeInstanceOf(
    KafkaJSNotImplemented,
  );
});

test('a partitioner of the program sees the message itself', async () => {
  const seen: unknown[] = [];
  const { send } = await connected({
    createPartitioner:
      () =>
      ({ topic, partitionMetadata, message }) => {
        seen.push([topic, partitionMetadata.map(({ partitionId }) => partitionId), message]);
        return 2;
      },
  });
  const message = { key: 'k', value: 'v', partition: 0, more: true };
  await send({ topic: 'clicks', messages: [message] });
  expect(seen).toEqual([['clicks', [0, 1, 2], message]]);
  expect((seen[0] as unknown[])[2]).toBe(message);
  expect(log.values('clicks', 2)).toEqual(['v']);
});

test('what is refused at once', async () => {
  const { send } = await connected({ idempotent: true });
  const messages = [{ value: 'x' }];
  await expect(send({ topic: '', messages })).rejects.toThrow('Invalid topic');
  await expect(send({ topic: 't', messages: undefined as never })).rejects.toThrow(
    'Invalid messages array [undefined] for topic "t"',
  );
  await expect(send({ topic: 't', messages: [{} as never] })).rejects.toThrow(
    'Invalid message without value for topic "t": {}',
  );
  await expect(send({ topic: 't', messages, acks: 1 })).rejects.toBeInstanceOf(
    KafkaJSNonRetriableError,
  );
  await expect(producer?.transaction()).rejects.toMatchObject({
    name: 'KafkaJSNotImplemented',
    retriable: false,
  });
});

test('errors of brokers have KafkaJS names; those that pass are repeated first', async () => {
  const { send } = await connected();
  log.verdict = () => ErrorCode.MESSAGE_TOO_LARGE;
  await expect(send({ topic: 'views', messages: [{ value: '1' }] })).rejects.toMatchObject({
    name: 'KafkaJSProtocolError',
    type: 'MESSAGE_TOO_LARGE',
    code: 10,
    retriable: false,
  });
  log.verdict = () => ErrorCode.NOT_ENOUGH_REPLICAS;
  await expect(send({ topic: 'views', messages: [{ value: '2' }] })).rejects.toMatchObject({
    name: 'KafkaJSNumberOfRetriesExceeded',
    retriable: false,
    retryCount: 2,
    cause: { name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS', retriable: true },
  });
});

test('before connect and after disconnect', async () => {
  producer = kafka().producer();
  const record = { topic: 'views', messages: [{ value: 'x' }] };
  await expect(producer.send(record)).rejects.toThrow(
    new KafkaJSError('The producer is disconnected'),
  );
  const told: string[] = [];
  producer.on(producer.events.CONNECT, ({ type }) => void told.push(type));
  const remove = producer.on('producer.disconnect', ({ type }) => void told.push(type));
  await producer.connect();
  await producer.send(record);
  await producer.disconnect();
  await expect(producer.send(record)).rejects.toThrow('The producer is disconnected');
  remove();
  await producer.connect();
  await producer.send(record);
  expect(told).toEqual(['producer.connect', 'producer.disconnect', 'producer.connect']);
  expect(() => producer?.on('producer.nonsense' as never, () => {})).toThrow(
    'Event name should be one of producer.events.CONNECT',
  );
});

test('a listener that throws is told to the log', async () => {
  producer = kafka().producer();
  producer.on('producer.connect', () => {
    throw new Error('mine');
  });
  await producer.connect();
  expect(entries.find(({ level }) => level === logLevel.ERROR)).toMatchObject({
    namespace: 'Producer',
    label: 'ERROR',
    log: { message: 'Failed to execute listener: mine', logger: 'kafkajs' },
  });
});

test('brokers may be found by a function, sockets made by another one', async () => {
  const made: string[] = [];
  producer = kafka({
    brokers: () => Promise.resolve([broker.address]),
    socketFactory: ({ host, port, onConnect }) => {
      made.push(`${host}:${port}`);
      return connect({ host, port }, onConnect);
    },
  }).producer();
  await producer.connect();
  await producer.send({ topic: 'views', messages: [{ value: 'x' }] });
  expect(new Set(made)).toEqual(new Set([broker.address]));
  expect(log.values('views')).toEqual(['x']);
});

test('a cluster that cannot be reached', async () => {
  const { address } = broker;
  await broker.stop();
  producer = kafka({ brokers: [address], requestTimeout: 50, connectionTimeout: 20 }).producer();
  await expect(producer.connect()).rejects.toMatchObject({
    name: 'KafkaJSNumberOfRetriesExceeded',
    cause: { name: 'KafkaJSConnectionError' },
  });
});

test.each<[Partial<KafkaConfig>, string]>([
  [{ brokers: [] }, 'expected brokers array'],
  [{ brokers: ['nowhere'] }, '"nowhere" is not the address'],
  [{ ssl: true }, 'There is no TLS'],
  [{ sasl: { mechanism: 'plain' } }, 'There is no SASL'],
])('%j is refused', (config, message) => {
  expect(() => kafka(config)).toThrow(message);
});
