import { ConsumerBatch, WakeupError, type ConsumerRecord } from '../../client/consumer';
import type { DeliveryCallback } from '../../client/producer';
import { ManualClock } from '../../client/runtime/manual-clock';
import { ranCommand } from '../cli/testing';
import { definition as consumerTool } from '../kafka-verifiable-consumer';
import { definition as producerTool } from '../kafka-verifiable-producer';
import { ThroughputThrottle } from '../perf/throughput-throttle';
import { verifiableConsumerSettings } from './consumer-options';
import { verifiableProducerSettings } from './producer-options';
import { VerifiableConsumer } from './verifiable-consumer';
import { VerifiableProducer, type VerifiableProducerRun } from './verifiable-producer';

type Event = Readonly<Record<string, unknown>>;
const clock = new ManualClock();
let lines: string[];
let abort: AbortController;
beforeEach(() => {
  lines = [];
  abort = new AbortController();
});
const print = (line: string) => void lines.push(line);
const events = () => lines.map((line) => JSON.parse(line) as Event);
const names = () => events().map(({ name }) => name);

describe('the producer', () => {
  const sent: { value: string; key: string | null; timestamp: number | undefined }[] = [];
  beforeEach(() => (sent.length = 0));
  const produced = (changes: Partial<VerifiableProducerRun>, failing?: string) =>
    new VerifiableProducer({
      producer: {
        produceCallback: (topic, value, key, onDelivery, options) => {
          const offset = sent.length;
          sent.push({
            value: value as string,
            key: key as string | null,
            timestamp: options?.timestamp as number | undefined,
          });
          const tell = onDelivery as DeliveryCallback;
          if (value === failing) tell(new Error('no'), undefined);
          else tell(undefined, { topic, partition: 1, offset, timestamp: -1 });
          if (offset === 4) abort.abort();
          return true;
        },
        drained: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
      topic: 't',
      maxMessages: 3,
      throughput: -1,
      throttle: new ThroughputThrottle(-1, 0),
      createTime: -1,
      valuePrefix: undefined,
      repeatingKeys: undefined,
      clock,
      signal: abort.signal,
      print,
      ...changes,
    }).execute();

  test('prints what became of each record, and a summary', async () => {
    expect(await produced({}, '1')).toBe(false);
    const timestamp = clock.now();
    expect(events()).toEqual([
      { timestamp, name: 'startup_complete' },
      {
        timestamp,
        name: 'producer_send_success',
        ...{ key: null, value: '0', topic: 't', partition: 1, offset: 0 },
      },
      {
        timestamp,
        name: 'producer_send_error',
        ...{ key: null, value: '1', topic: 't', exception: 'Error', message: 'no' },
      },
      expect.objectContaining({ name: 'producer_send_success', value: '2' }),
      { timestamp, name: 'shutdown_complete' },
      {
        timestamp,
        name: 'tool_data',
        ...{ sent: 3, acked: 2, target_throughput: -1, avg_throughput: 2000 },
      },
    ]);
    expect(lines[0]).toBe(`{"timestamp":${timestamp},"name":"startup_complete"}`);
  });

  test('prefixes, keys in turn, timestamps', async () => {
    expect(await produced({})).toBe(true);
    sent.length = 0;
    await produced({ valuePrefix: 7, repeatingKeys: 2, createTime: 5000 });
    expect(sent).toEqual([
      { value: '7.0', key: '0', timestamp: 5000 },
      { value: '7.1', key: '1', timestamp: 5000 },
      { value: '7.2', key: '0', timestamp: 5000 },
    ]);
  });

  test('stops at the signal and tells so', async () => {
    await produced({ maxMessages: -1 });
    expect(names().slice(-2)).toEqual(['shutdown_complete', 'tool_data']);
    expect(events().at(-1)).toMatchObject({ sent: 5, acked: 5 });
  });

  test('repeats nothing unless it is told to', () => {
    const options = verifiableProducerSettings({
      ...{ topic: 't', bootstrapServer: 'a:1', maxMessages: -1, throughput: -1 },
      ...{ acks: '-1', messageCreateTime: -1 },
    });
    expect(options.producer).toMatchObject({ acks: -1, retries: 0 });
  });
});

describe('the consumer', () => {
  const record = (partition: number, offset: number) =>
    ({
      ...{ topic: 't', partition, offset, key: null, value: Buffer.from(`v${offset}`) },
    }) as unknown as ConsumerRecord;
  const batch = (partition: number, ...offsets: number[]) =>
    new ConsumerBatch(
      't',
      partition,
      offsets.map((offset) => record(partition, offset)),
      offsets.at(-1)! + 1,
      100,
    );
  const partitions = [0, 1].map((partition) => ({ topic: 't', partition }));

  const consumed = (
    polls: (ConsumerBatch[] | Error)[],
    {
      maxMessages = -1,
      verbose = false,
      assign = () => Promise.resolve(),
      commit = undefined as undefined | (() => Promise<void>),
    } = {},
  ) => {
    let assigned = false;
    return new VerifiableConsumer({
      consumer: {
        assign: () => assign().then(() => void (assigned = true)),
        assignment: () => (assigned ? partitions : []),
        poll: () => {
          const next = polls.shift();
          if (polls.length === 0) abort.abort();
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? []);
        },
        wakeup: () => {},
        close: () => Promise.resolve(),
        subscribe: async (_topics, listener) => {
          assigned = true;
          await listener?.onPartitionsAssigned?.(partitions);
        },
        commit: () => commit?.() ?? Promise.resolve(),
      },
      topic: 't',
      isMember: commit !== undefined,
      commits: commit !== undefined,
      maxMessages,
      verbose,
      clock,
      signal: abort.signal,
      print,
    }).execute();
  };

  test('prints what it has read, by partition', async () => {
    await consumed([[batch(0, 3), batch(1, 7), batch(0, 4)], [], [batch(0, 5)]]);
    expect(events().map(({ timestamp: _, ...event }) => event)).toEqual([
      { name: 'startup_complete' },
      { name: 'partitions_assigned', partitions },
      {
        name: 'records_consumed',
        count: 3,
        partitions: [
          { topic: 't', partition: 0, count: 2, minOffset: 3, maxOffset: 4 },
          { topic: 't', partition: 1, count: 1, minOffset: 7, maxOffset: 7 },
        ],
      },
      {
        name: 'records_consumed',
        count: 1,
        partitions: [{ topic: 't', partition: 0, count: 1, minOffset: 5, maxOffset: 5 }],
      },
      { name: 'partitions_revoked', partitions },
      { name: 'shutdown_complete' },
    ]);
  });

  test('ends after as many records as asked for; each is printed when it shall be', async () => {
    await consumed([[batch(0, 3, 4), batch(1, 7, 8)], []], { maxMessages: 3, verbose: true });
    expect(names()).toEqual([
      ...['startup_complete', 'partitions_assigned'],
      ...['record_data', 'record_data', 'record_data', 'records_consumed'],
      ...['partitions_revoked', 'shutdown_complete'],
    ]);
    expect(events()[4]).toMatchObject({ key: null, value: 'v7', partition: 1, offset: 7 });
    expect(events()[5]).toMatchObject({ count: 3 });
  });

  test('ends at the signal, also while it still looks for the topic', async () => {
    await consumed([new WakeupError(), []]);
    expect(names().at(-1)).toBe('shutdown_complete');
    lines = [];
    abort = new AbortController();
    const never = consumed([], { assign: () => new Promise(() => {}) });
    abort.abort();
    await never;
    expect(names()).toEqual(['startup_complete', 'shutdown_complete']);
  });

  test('tells what makes reading impossible, after the last event', async () => {
    await expect(consumed([new Error('gone'), []])).rejects.toThrow('gone');
    expect(names().at(-1)).toBe('shutdown_complete');
  });

  test('in a group: what it is given, what it commits, and whether that was taken', async () => {
    let refusals = 1;
    const commit = (): Promise<void> =>
      refusals-- > 0 ? Promise.reject(new Error('too late')) : Promise.resolve();
    await consumed([[batch(0, 3, 4)], [batch(0, 5), batch(1, 7)], []], { commit });
    expect(names()).toEqual([
      ...['startup_complete', 'partitions_assigned', 'records_consumed', 'offsets_committed'],
      ...['records_consumed', 'offsets_committed', 'shutdown_complete'],
    ]);
    expect(events()[3]).toMatchObject({
      offsets: [{ topic: 't', partition: 0, offset: 5 }],
      error: 'too late',
      success: false,
    });
    expect(events()[5]).toMatchObject({
      offsets: [
        { topic: 't', partition: 0, offset: 6 },
        { topic: 't', partition: 1, offset: 8 },
      ],
      success: true,
    });
  });

  test('options of the group', () => {
    const base = { topic: 't', brokerList: 'a:1', maxMessages: -1, resetPolicy: 'none' as const };
    const { consumer } = verifiableConsumerSettings({
      ...{ ...base, groupId: 'g', groupInstanceId: 'i', sessionTimeout: 7000 },
      assignmentStrategy: 'org.apache.kafka.clients.consumer.RoundRobinAssignor',
    });
    expect(consumer).toMatchObject({
      groupId: 'g',
      groupInstanceId: 'i',
      sessionTimeoutMs: 7000,
      enableAutoCommit: false,
      partitionAssignors: ['roundrobin'],
    });
    expect(() => verifiableConsumerSettings({ ...base, enableAutocommit: true })).toThrow(
      '--enable-autocommit needs --group-id.',
    );
  });

  test('begins where it is told to', () => {
    const options = verifiableConsumerSettings({
      ...{ topic: 't', brokerList: 'a:1', maxMessages: -1, resetPolicy: 'none' },
    });
    expect(options.consumer.autoOffsetReset).toBe('none');
  });
});

test.each([
  [producerTool, [], "required option '--topic <topic>' not specified"],
  [producerTool, ['--topic', 't'], '--bootstrap-server must be specified.'],
  [producerTool, ['--topic', 't', '--throughput', '0'], 'or -1 for no limit'],
  [producerTool, ['--topic', 't', '--acks', '2'], 'Allowed choices are 0, 1, -1.'],
  [consumerTool, ['--topic', 't'], '--bootstrap-server must be specified.'],
  [consumerTool, ['--topic', 't', '--reset-policy', 'now'], 'Allowed choices are'],
])('a usage error: %#', async (tool, args, message) => {
  const refused = await ranCommand(tool as typeof producerTool, args);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(message);
});

test('the consumer says in its help what a group changes', async () => {
  const help = await ranCommand(consumerTool, ['--help']);
  expect(help.stdout).toContain('With --group-id it reads as a member');
  expect(help.stdout).toContain('print each record too');
});
