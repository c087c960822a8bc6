import { expect } from '@jest/globals';
import type { Consumer, EachBatchPayload, EachMessagePayload } from 'kafkajs';
import { deferred } from '../../../client/runtime/deferred';
import { kafkaJs } from '../tested-client';
import { until } from '../../harness/until';
import { clientShows, type ClientsWorld } from './clients-world';

/** KafkaJS's consumer, which is always in a group. */
export function testConsumer(world: () => ClientsWorld): void {
  const shows = clientShows(world);
  shows(kafkaJs, 'consumer: two share a group, and commit', async () => {
    await world().topicWith('shared', 4, 10);
    const groupId = 'sharing';
    const seen = new Set<string>();
    await world().withConsumer({ groupId }, (first) =>
      world().withConsumer({ groupId }, async (second) => {
        for (const consumer of [first, second]) {
          await consumer.subscribe({ topics: ['shared'], fromBeginning: true });
          await consumer.run({
            partitionsConsumedConcurrently: 2,
            eachMessage: ({ partition, message }) => {
              seen.add(`${partition}/${String(message.value)}`);
              return Promise.resolve();
            },
          });
        }
        await until(
          () => seen.size === 40,
          () => `${seen.size} of 40 have been read.`,
        );
      }),
    );
    expect(await world().committed(groupId, 'shared')).toEqual(['10', '10', '10', '10']);
  });

  shows(kafkaJs, 'consumer: batches, resolved and committed by hand', async () => {
    await world().topicWith('batches', 1, 10);
    const done = deferred<object>();
    await world().withConsumer({ groupId: 'batching' }, async (consumer) => {
      await consumer.subscribe({ topics: ['batches'], fromBeginning: true });
      const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
        const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
        const values = batch.messages.map(({ value }) => String(value));
        for (const { offset } of batch.messages.slice(0, 4)) resolveOffset(offset);
        await heartbeat();
        const uncommitted = payload.uncommittedOffsets();
        await payload.commitOffsetsIfNecessary(uncommitted);
        const { topic, partition, highWatermark } = batch;
        const lag = [batch.offsetLag(), batch.offsetLagLow()];
        const ends = [batch.firstOffset(), batch.lastOffset(), batch.isEmpty()];
        const state = [isRunning(), isStale()];
        done.resolve({ topic, partition, highWatermark, values, lag, ends, state, uncommitted });
        consumer.pause([{ topic }]);
      };
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
      expect(await done.promise).toEqual({
        topic: 'batches',
        partition: 0,
        highWatermark: '10',
        values: Array.from({ length: 10 }, (_, i) => String(i)),
        lag: ['0', '9'],
        ends: ['0', '9', false],
        state: [true, false],
        uncommitted: {
          topics: [{ topic: 'batches', partitions: [{ partition: '0', offset: '4' }] }],
        },
      });
    });
    expect(await world().committed('batching', 'batches')).toEqual(['4']);
  });

  shows(kafkaJs, 'consumer: pause, resume, seek, and offsets committed with metadata', async () => {
    await world().topicWith('steered', 2, 5);
    const topic = 'steered';
    const groupId = 'steering';
    await world().withConsumer({ groupId }, async (consumer) => {
      const read = new Reading(consumer);
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      const pauseAfterTwo = ({ partition, message, pause }: EachMessagePayload) => {
        if (partition === 1 && message.offset === '1') pause();
      };
      await read.run({ autoCommit: false }, pauseAfterTwo);
      await read.until(['0/0', '0/1', '0/2', '0/3', '0/4', '1/0', '1/1']);
      expect(consumer.paused()).toEqual([{ topic, partitions: [1] }]);
      consumer.resume([{ topic, partitions: [1] }]);
      await read.until(['1/2', '1/3', '1/4']);
      consumer.seek({ topic, partition: 0, offset: '3' });
      await read.until(['0/3', '0/4']);
      await consumer.commitOffsets([{ topic, partition: 0, offset: '4', metadata: 'note' }]);
    });
    await world().withAdmin(async (admin) => {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      expect(offsets?.partitions).toContainEqual({ partition: 0, offset: '4', metadata: 'note' });
    });
  });

  shows(kafkaJs, 'consumer: stops, and goes on where it was; groups by description', async () => {
    await world().topicWith('resumed', 1, 3);
    const groupId = 'resuming';
    await world().withConsumer({ groupId }, async (consumer) => {
      const read = new Reading(consumer);
      await consumer.subscribe({ topics: [/^resum/], fromBeginning: true });
      await read.run({});
      await read.until(['0/0', '0/1', '0/2']);
      const described = await consumer.describeGroup();
      expect(described).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
        members: [{ clientId: 'kafkajs' }],
      });
      await consumer.stop();
      expect(await world().committed(groupId, 'resumed')).toEqual(['3']);
      await world().withProducer({}, (producer) =>
        producer.send({ topic: 'resumed', messages: [{ value: '3' }] }),
      );
      await read.run({});
      await read.until(['0/3']);
    });
  });

  shows(kafkaJs, 'consumer: a handler that fails gets the message again', async () => {
    await world().topicWith('failing', 1, 2);
    await world().withConsumer({ groupId: 'failing' }, async (consumer) => {
      const read = new Reading(consumer);
      await consumer.subscribe({ topics: ['failing'], fromBeginning: true });
      let failures = 0;
      await read.run({}, ({ message }) => {
        if (message.offset === '1' && failures++ === 0) throw new Error('not yet');
      });
      await read.until(['0/0', '0/1', '0/1']);
    });
  });

  shows(kafkaJs, 'consumer: its events', async () => {
    await world().topicWith('heard', 1, 1);
    const groupId = 'hearing';
    const consumer = world().kafka.consumer({
      groupId,
      maxWaitTimeInMs: 100,
      heartbeatInterval: 100,
    });
    const heard = new Set<string>();
    for (const event of Object.values(consumer.events)) consumer.on(event, () => heard.add(event));
    await consumer.connect();
    await consumer.subscribe({ topics: ['heard'], fromBeginning: true });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    // Somebody else comes, so that there is a rebalance.
    await world().withConsumer({ groupId }, async (other) => {
      await other.subscribe({ topics: ['heard'] });
      await other.run({ eachMessage: () => Promise.resolve() });
      // The others tell of failures, or of the end.
      const { HEARTBEAT, COMMIT_OFFSETS, GROUP_JOIN, FETCH_START, FETCH } = consumer.events;
      const { START_BATCH_PROCESS, END_BATCH_PROCESS, CONNECT, REBALANCING, REQUEST } =
        consumer.events;
      const sure = [
        ...[HEARTBEAT, COMMIT_OFFSETS, GROUP_JOIN, FETCH_START, FETCH],
        ...[START_BATCH_PROCESS, END_BATCH_PROCESS, CONNECT, REBALANCING, REQUEST],
      ];
      await until(
        () => sure.every((event) => heard.has(event)),
        () => `Not heard: ${sure.filter((event) => !heard.has(event)).join(', ')}.`,
      );
    });
    await consumer.disconnect();
    expect([...heard]).toEqual(
      expect.arrayContaining([consumer.events.STOP, consumer.events.DISCONNECT]),
    );
  });
}

/** What a consumer reads, as `partition/value`. */
class Reading {
  private records: string[] = [];

  constructor(private readonly consumer: Consumer) {}

  run(
    options: Parameters<Consumer['run']>[0],
    handle: (payload: EachMessagePayload) => void = () => undefined,
  ): Promise<void> {
    return this.consumer.run({
      ...options,
      eachMessage: (payload) => {
        this.records.push(`${payload.partition}/${String(payload.message.value)}`);
        handle(payload);
        return Promise.resolve();
      },
    });
  }

  /** Resolves when these have been read since the last call, and asserts that nothing else was. */
  async until(wanted: readonly string[]): Promise<void> {
    await until(
      () => this.records.length >= wanted.length,
      () => `Read ${this.records.join(', ')} instead of ${wanted.join(', ')}.`,
    );
    expect(this.records.splice(0).sort()).toEqual([...wanted].sort());
  }
}
