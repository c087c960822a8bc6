import type { ClientOptions } from '../network';
import { ClientOptionsError, Cluster } from '../network';
import { FakeBroker, Misbehaviour } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { RecordBatch } from '../records';
import { deferred } from '../runtime/deferred';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import type { SendError } from './send-error';
import { FakeLog } from './testing/fake-log';

const { InitProducerId, Produce } = apis;

let first: FakeBroker;
let second: FakeBroker;
let log: FakeLog;
let cluster: Cluster;
let producer: Producer;

function create(options: ProducerOptions = {}, client: Partial<ClientOptions> = {}): Producer {
  cluster = new Cluster({
    brokers: [first.address, second.address],
    retry: { initialRetryTime: 1, maxRetryTime: 2 },
    reconnectBackoff: 1,
    reconnectBackoffMax: 2,
    ...client,
  });
  return (producer = new Producer(cluster, {
    batchSize: 200,
    retryBackoffMs: 1,
    retryBackoffMaxMs: 2,
    ...options,
  }));
}

const padded = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => String(from + i).padStart(60, '0'));
const messages = (count: number, from = 0): { value: string }[] =>
  padded(count, from).map((value) => ({ value }));

/** The second broker leads from now on, and the producer knows. */
async function moveLeader(): Promise<void> {
  // Asked of the second broker: the first one answers nothing while it holds a request back.
  await connect(second);
  first.cluster.moveLeader('clicks', 0, 2);
  await cluster.refreshMetadata();
}

/** Resolves when the connection to a broker is used. */
async function connect({ nodeId }: FakeBroker): Promise<void> {
  await cluster.connection(nodeId);
  while (!cluster.readyConnection(nodeId)) await new Promise(setImmediate);
}

/** What was sent to a broker before has arrived when this resolves. */
async function passBy({ nodeId }: FakeBroker): Promise<void> {
  await new Promise(setImmediate);
  await cluster.sendToBroker(nodeId, apis.Metadata, { topics: [] });
}

/** Who signed the batches a broker received for a partition, and with which sequence. */
function signatures(broker: FakeBroker, topic = 'clicks', partition = 0): string[] {
  return broker
    .received(Produce)
    .flatMap(({ topicData }) => topicData.filter(({ name }) => name === topic))
    .flatMap(({ partitionData }) => partitionData.filter(({ index }) => index === partition))
    .map(({ records }) => new RecordBatch(records as Buffer, 0))
    .map(({ producerId, producerEpoch, baseSequence, lastSequence }) =>
      [producerId, producerEpoch, `${baseSequence}-${lastSequence}`].join(' '),
    );
}

async function failureOf(promise: Promise<unknown>): Promise<SendError> {
  return promise.then(
    () => {
      throw new Error('A failure was expected.');
    },
    (error: SendError) => error,
  );
}

beforeEach(async () => {
  first = await FakeBroker.start(1);
  second = await FakeBroker.start(2, first.cluster);
  first.cluster.addTopic('clicks', 1, 1);
  log = new FakeLog();
  log.serve(first);
  log.serve(second);
});

afterEach(async () => {
  await producer.close({ timeout: 0 });
  await Promise.all([first.stop(), second.stop()]);
});

describe('options', () => {
  test.each([
    [{}, true],
    [{ acks: 'all' as const, enableIdempotence: true }, true],
    [{ acks: 1 as const }, false],
    [{ acks: 0 as const }, false],
    [{ retries: 0 }, false],
    [{ maxInFlightRequestsPerConnection: 6 }, false],
    [{ enableIdempotence: false }, false],
  ])('%j: idempotent %s', async (options, idempotent) => {
    create(options);
    await producer.produce('clicks', 'a');
    await producer.flush();
    await first.until(Produce, 1);
    const asked = first.received(InitProducerId).length + second.received(InitProducerId).length;
    expect(asked).toBe(idempotent ? 1 : 0);
    expect(signatures(first)).toEqual([idempotent ? '1000 0 0-0' : '-1 -1 -1--1']);
  });

  test.each([
    [{ acks: 1 as const }, 'acks is 1'],
    [{ retries: 0 }, 'retries is 0'],
    [{ maxInFlightRequestsPerConnection: 6 }, 'maxInFlightRequestsPerConnection is 6'],
  ])('%j with enableIdempotence is refused', (options, text) => {
    const build = () => create({ ...options, enableIdempotence: true });
    create();
    expect(build).toThrow(ClientOptionsError);
    expect(build).toThrow(text);
  });
});

describe('the producer id', () => {
  test('is asked for once, when there is something to send', async () => {
    first.cluster.addTopic('views', 3, 2);
    create();
    await producer.connect();
    expect(first.received(InitProducerId)).toHaveLength(0);
    await Promise.all([
      producer.send({ topic: 'clicks', messages: messages(5) }),
      producer.send({
        topic: 'views',
        messages: [0, 1, 2].map((p) => ({ value: 'v', partition: p })),
      }),
    ]);
    expect([...first.received(InitProducerId), ...second.received(InitProducerId)]).toEqual([
      expect.objectContaining({ transactionalId: null, producerId: -1 }),
    ]);
    expect(signatures(first)).toEqual(['1000 0 0-1', '1000 0 2-3', '1000 0 4-4']);
    expect(signatures(second, 'views', 2)).toEqual(['1000 0 0-0']);
  });

  test('is waited for; nothing leaves without', async () => {
    const gate = deferred();
    for (const broker of [first, second]) {
      broker.on(InitProducerId, async () => {
        await gate.promise;
        return { errorCode: 0, producerId: 7, producerEpoch: 0 };
      });
    }
    create();
    const sent = producer.send({ topic: 'clicks', messages: messages(20) });
    await Promise.race([first.until(InitProducerId, 1), second.until(InitProducerId, 1)]);
    expect(first.received(Produce)).toHaveLength(0);
    gate.resolve();
    await sent;
    expect(log.values('clicks')).toEqual(padded(20));
  });

  test('is asked for again while brokers have none', async () => {
    let asked = 0;
    for (const broker of [first, second]) {
      broker.on(InitProducerId, () => {
        if (++asked % 2 === 1 && asked < 4) return Misbehaviour.cut();
        const errorCode = asked < 4 ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : 0;
        return { errorCode, producerId: errorCode ? -1 : 5, producerEpoch: 0 };
      });
    }
    create();
    await producer.send({ topic: 'clicks', messages: messages(20) });
    expect(log.values('clicks')).toEqual(padded(20));
  });

  test('that is not to be had in time lets records fail, with the reason', async () => {
    for (const broker of [first, second]) {
      broker.on(InitProducerId, () => ({
        errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        producerId: -1,
        producerEpoch: -1,
      }));
    }
    create({ deliveryTimeoutMs: 40, requestTimeoutMs: 30 });
    const error = await failureOf(producer.produce('clicks', 'a'));
    expect(error).toMatchObject({ code: 'DELIVERY_TIMED_OUT' });
    expect(error.message).toContain('COORDINATOR_LOAD_IN_PROGRESS');
    expect(error.message).toContain('It was never sent.');
  });

  test('that is refused lets records fail at once; the next ones ask again', async () => {
    let refused = true;
    for (const broker of [first, second]) {
      broker.on(InitProducerId, () => ({
        errorCode: refused ? ErrorCode.CLUSTER_AUTHORIZATION_FAILED : 0,
        producerId: 5,
        producerEpoch: 0,
      }));
    }
    create();
    const error = await failureOf(producer.produce('clicks', 'a'));
    expect(error).toMatchObject({ code: 'CLUSTER_AUTHORIZATION_FAILED', attempts: 0 });
    expect(error.advice).toContain('enableIdempotence');
    refused = false;
    await producer.produce('clicks', 'b');
    expect(log.values('clicks')).toEqual(['b']);
  });

  test('that brokers are too old for lets records fail, with advice', async () => {
    for (const broker of [first, second]) broker.limitVersions(InitProducerId, undefined);
    create();
    const error = await failureOf(producer.produce('clicks', 'a'));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(error.advice).toContain('enableIdempotence');
  });
});

describe('each record is in the log once and in order', () => {
  test('when answers get lost', async () => {
    let count = 0;
    first.on(Produce, (body) => {
      const answer = log.answer(body);
      return ++count % 4 === 0 ? Misbehaviour.cut() : answer;
    });
    create();
    const reports = await producer.send({ topic: 'clicks', messages: messages(60) });
    expect(log.values('clicks')).toEqual(padded(60));
    expect(reports.map(({ offset }) => offset)).toEqual(padded(60).map((_, i) => i));
    expect(log.duplicates).toBeGreaterThan(0);
  });

  test('when answers come too late', async () => {
    let count = 0;
    first.on(Produce, (body) => {
      const answer = log.answer(body);
      return ++count % 3 === 0 ? Misbehaviour.silence : answer;
    });
    create({ requestTimeoutMs: 30 }, { requestTimeout: 60 });
    await producer.send({ topic: 'clicks', messages: messages(12) });
    expect(log.values('clicks')).toEqual(padded(12));
  });

  test('when one of several in flight is refused', async () => {
    let turn = 0;
    log.verdict = () => (turn++ % 4 === 1 ? ErrorCode.NOT_ENOUGH_REPLICAS : 0);
    create();
    await producer.send({ topic: 'clicks', messages: messages(60) });
    expect(log.values('clicks')).toEqual(padded(60));
    expect(signatures(first).every((text) => text.startsWith('1000 0 '))).toBe(true);
  });

  test('when a batch is written, and its leadership lost before others have it', async () => {
    let turn = 0;
    const serve = (body: Parameters<FakeLog['answer']>[0]) => {
      const answer = log.answer(body);
      if (turn++ % 5 !== 1 || !answer) return answer;
      const errorCode = ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
      for (const { partitionResponses } of answer.responses) {
        for (const partition of partitionResponses) Object.assign(partition, { errorCode });
      }
      return answer;
    };
    first.on(Produce, serve);
    create();
    await producer.send({ topic: 'clicks', messages: messages(60) });
    expect(log.values('clicks')).toEqual(padded(60));
    expect(log.duplicates).toBeGreaterThan(0);
  });

  test('when the leader dies and another goes on', async () => {
    create();
    await producer.produce('clicks', 'first');
    first.on(Produce, (body) => {
      log.answer(body);
      return Misbehaviour.silence;
    });
    const sent = producer.send({ topic: 'clicks', messages: messages(30) });
    await first.until(Produce, 4);
    first.cluster.moveLeader('clicks', 0, 2);
    first.cluster.brokers.delete(1);
    await first.stop();
    await sent;
    expect(log.values('clicks')).toEqual(['first', ...padded(30)]);
    expect(log.duplicates).toBeGreaterThan(0);
  });

  test('when the leader moves while batches are in flight', async () => {
    const gate = deferred();
    first.on(Produce, async (body) => {
      await gate.promise;
      return log.answer(body);
    });
    create();
    const sent = producer.send({ topic: 'clicks', messages: messages(30) });
    await first.until(Produce, 1);
    await moveLeader();
    const more = producer.send({ topic: 'clicks', messages: messages(10, 30) });
    await passBy(second);
    expect(second.received(Produce)).toHaveLength(0);
    gate.resolve();
    await Promise.all([sent, more]);
    expect(log.values('clicks')).toEqual(padded(40));
    expect(second.received(Produce).length).toBeGreaterThan(0);
  });

  test('when batches are too large for the broker', async () => {
    log.verdict = (_topic, _partition, values) =>
      values.length > 3 ? ErrorCode.MESSAGE_TOO_LARGE : 0;
    create({ batchSize: 1200, compression: 'gzip' });
    const reports = await producer.send({ topic: 'clicks', messages: messages(100) });
    expect(log.values('clicks')).toEqual(padded(100));
    expect(reports.map(({ offset }) => offset)).toEqual(padded(100).map((_, i) => i));
    expect(signatures(first).every((text) => text.startsWith('1000 0 '))).toBe(true);
  });
});

test('a broker that says it has a batch is believed', async () => {
  log.verdict = () => ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
  create();
  await expect(producer.produce('clicks', 'a')).resolves.toMatchObject({ offset: -1 });
});

describe('numbering starts anew', () => {
  test('after a record that is refused for good; its neighbours arrive', async () => {
    log.verdict = (_topic, _partition, values) =>
      values.some((value) => value.endsWith('7')) ? ErrorCode.INVALID_RECORD : 0;
    create({ batchSize: 80 });
    const error = await failureOf(producer.send({ topic: 'clicks', messages: messages(30) }));
    expect(error.failed.map(({ index }) => index)).toEqual([7, 17, 27]);
    expect(log.values('clicks')).toEqual(padded(30).filter((_, i) => i % 10 !== 7));
    expect(signatures(first).at(-1)).toBe('1000 3 1-1');
  });

  test('in one partition; the others go on as before', async () => {
    first.cluster.addTopic('views', 2, 1);
    log.verdict = (topic, partition, values) =>
      topic === 'views' && partition === 0 && values.includes('bad') ? ErrorCode.INVALID_RECORD : 0;
    create();
    const send = (value: string, partition: number) =>
      producer.produce('views', value, null, { partition });
    await Promise.all([send('a', 0), send('a', 1)]);
    await failureOf(send('bad', 0));
    await Promise.all([send('b', 0), send('b', 1)]);
    expect(log.values('views', 0)).toEqual(['a', 'b']);
    expect(signatures(first, 'views', 0).at(-1)).toBe('1000 1 0-0');
    expect(signatures(first, 'views', 1).at(-1)).toBe('1000 0 1-1');
  });

  test('when a leader lacks what another had acknowledged', async () => {
    create();
    await producer.send({ topic: 'clicks', messages: messages(10) });
    log.truncate('clicks', 0, 4);
    await producer.send({ topic: 'clicks', messages: messages(10, 10) });
    expect(log.values('clicks')).toEqual([...padded(4), ...padded(10, 10)]);
    expect(signatures(first).at(-1)).toMatch(/^1000 1 /);
  });

  test('under a new id, when the epoch is not accepted any more', async () => {
    create();
    await producer.produce('clicks', 'a');
    const states = log.producers('clicks');
    const zombie = { producerId: 1000, producerEpoch: 9, baseSequence: 0, lastSequence: 0 };
    states.appended(zombie as RecordBatch, 0);
    await producer.send({ topic: 'clicks', messages: messages(10) });
    expect(log.values('clicks')).toEqual(['a', ...padded(10)]);
    expect(signatures(first).at(-1)).toMatch(/^1001 0 /);
  });

  test('under a new id, when all epochs are used up', async () => {
    for (const broker of [first, second]) {
      let producerId = 5;
      broker.once(InitProducerId, () => ({ errorCode: 0, producerId, producerEpoch: 0x7fff }));
      producerId++;
    }
    create();
    await producer.produce('clicks', 'a');
    log.verdict = (_t, _p, values) => (values.includes('bad') ? ErrorCode.INVALID_RECORD : 0);
    await failureOf(producer.produce('clicks', 'bad'));
    for (const broker of [first, second]) {
      broker.on(InitProducerId, () => ({ errorCode: 0, producerId: 9, producerEpoch: 0 }));
    }
    await producer.produce('clicks', 'b');
    expect(log.values('clicks')).toEqual(['a', 'b']);
    expect(signatures(first).at(-1)).toBe('9 0 0-0');
  });
});

describe('what may be in the log is not sent under another number', () => {
  test('when the broker does not recognise it', async () => {
    create({ batchSize: 80 });
    await producer.produce('clicks', 'first');
    // Appended, but nobody learns of it; then the broker is restarted and has lost the batches
    // before the last one.
    let silent = 0;
    first.on(Produce, (body) => {
      log.answer(body);
      if (++silent < 3) return Misbehaviour.silence;
      log.producers('clicks').loseWindows();
      log.serve(first);
      return Misbehaviour.cut();
    });
    const error = await failureOf(producer.send({ topic: 'clicks', messages: messages(3) }));
    expect(error.code).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(error.message).toContain('may be in the log or not');
    expect(log.values('clicks')).toEqual(['first', ...padded(3)]);
    await producer.send({ topic: 'clicks', messages: messages(10, 3) });
    expect(log.values('clicks')).toEqual(['first', ...padded(13)]);
  });

  test('after an error that leaves it open (KAFKA-14034)', async () => {
    let odd = true;
    create({ batchSize: 80 });
    await producer.produce('clicks', 'first');
    first.on(Produce, (body) => {
      const answer = log.answer(body);
      if (!odd || !answer) return answer;
      odd = false;
      const [partition] = answer.responses[0].partitionResponses;
      Object.assign(partition, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
      return answer;
    });
    const error = await failureOf(producer.send({ topic: 'clicks', messages: messages(10) }));
    expect(error).toMatchObject({ code: 'UNKNOWN_SERVER_ERROR', failed: [{ index: 0 }] });
    await producer.send({ topic: 'clicks', messages: messages(10, 10) });
    expect(log.values('clicks')).toEqual(['first', ...padded(20)]);
  });

  test('after its delivery timeout', async () => {
    create({ deliveryTimeoutMs: 60, requestTimeoutMs: 40 }, { requestTimeout: 100 });
    await producer.produce('clicks', 'first');
    let silent = true;
    first.on(Produce, (body) => {
      const answer = log.answer(body);
      return silent ? Misbehaviour.silence : answer;
    });
    const error = await failureOf(producer.produce('clicks', 'late'));
    expect(error).toMatchObject({ code: 'DELIVERY_TIMED_OUT' });
    silent = false;
    await producer.send({ topic: 'clicks', messages: messages(10) });
    expect(log.values('clicks')).toEqual(['first', 'late', ...padded(10)]);
  });
});

test('with one request in flight order holds without idempotence when the leader moves', async () => {
  const gate = deferred();
  const old = new FakeLog();
  old.verdict = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
  first.on(Produce, async (body) => {
    await gate.promise;
    return old.answer(body);
  });
  create({ enableIdempotence: false, maxInFlightRequestsPerConnection: 1 });
  const sent = producer.send({ topic: 'clicks', messages: messages(10) });
  await first.until(Produce, 1);
  await moveLeader();
  await passBy(second);
  expect(second.received(Produce)).toHaveLength(0);
  gate.resolve();
  await sent;
  expect(log.values('clicks')).toEqual(padded(10));
});
