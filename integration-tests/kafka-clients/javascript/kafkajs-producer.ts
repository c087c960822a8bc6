import { expect } from '@jest/globals';
import { CompressionTypes, Partitioners, type KafkaMessage } from 'kafkajs';
import { kafkaJs } from '../tested-client';
import { clientShows, type ClientsWorld } from './clients-world';

/** KafkaJS's producer, without transactions. */
export function testProducer(world: () => ClientsWorld): void {
  const shows = clientShows(world);
  shows(kafkaJs, 'producer: keys, headers, tombstones and timestamps', async () => {
    await world().topicWith('shapes', 1, 0);
    const headers = { one: 'x', many: ['y', Buffer.from('z')] };
    const [sent] = await world().withProducer({}, (producer) =>
      producer.send({
        topic: 'shapes',
        messages: [
          { key: 'k', value: 'v', headers, timestamp: '1234' },
          { key: Buffer.from('gone'), value: null },
        ],
      }),
    );
    expect(sent).toMatchObject({
      topicName: 'shapes',
      partition: 0,
      errorCode: 0,
      baseOffset: '0',
    });
    const read = await world().withConsumer({ groupId: 'shapes' }, async (consumer) => {
      await consumer.subscribe({ topic: 'shapes', fromBeginning: true });
      return new Promise<KafkaMessage[]>((resolve, reject) => {
        const messages: KafkaMessage[] = [];
        const eachMessage = ({ message }: { message: KafkaMessage }) => {
          if (messages.push(message) === 2) resolve(messages);
          return Promise.resolve();
        };
        consumer.run({ eachMessage }).catch(reject);
      });
    });
    const [first, second] = read;
    expect(first).toMatchObject({ key: Buffer.from('k'), timestamp: '1234', offset: '0' });
    expect(String(first?.headers?.['one'])).toBe('x');
    expect((first?.headers?.['many'] as Buffer[]).map(String)).toEqual(['y', 'z']);
    expect([String(second?.key), second?.value, second?.offset]).toEqual(['gone', null, '1']);
  });

  shows(
    kafkaJs,
    'producer: acks 0, 1 and all, plain and gzip, several topics at once',
    async () => {
      await world().topicWith('acks', 1, 0);
      await world().topicWith('batch', 1, 0);
      await world().withProducer({}, async (producer) => {
        for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
          for (const acks of [1, 0, -1]) {
            const messages = [{ value: `${compression} ${acks}` }];
            await producer.send({ topic: 'acks', acks, compression, messages });
          }
        }
        const topicMessages = ['acks', 'batch'].map((topic) => ({
          topic,
          messages: [{ value: `to ${topic}` }],
        }));
        const sent = await producer.sendBatch({ topicMessages });
        expect(sent.map(({ topicName, errorCode }) => [topicName, errorCode]).sort()).toEqual([
          ['acks', 0],
          ['batch', 0],
        ]);
      });
      const each = ['0 1', '0 0', '0 -1', '1 1', '1 0', '1 -1', 'to acks'];
      expect(await world().valuesOf('acks', each.length)).toEqual(each);
      expect(await world().valuesOf('batch', 1)).toEqual(['to batch']);
    },
  );

  shows(kafkaJs, 'producer: partitioners of its own, and one of the application', async () => {
    await world().topicWith('spread', 3, 0);
    const { DefaultPartitioner, LegacyPartitioner } = Partitioners;
    for (const createPartitioner of [DefaultPartitioner, LegacyPartitioner, () => () => 2]) {
      const sent = await world().withProducer({ createPartitioner }, (producer) => {
        expect(producer.isIdempotent()).toBe(false);
        return producer.send({ topic: 'spread', messages: [{ key: 'same', value: 'v' }] });
      });
      expect(sent).toHaveLength(1);
      expect(sent[0]?.errorCode).toBe(0);
    }
    const high = await world().withAdmin((admin) => admin.fetchTopicOffsets('spread'));
    high.sort((a, b) => a.partition - b.partition);
    const written = high.map((one) => Number(one.high));
    expect(written.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(written[2]).toBeGreaterThan(0);
  });

  shows(kafkaJs, 'producer: an idempotent one, and events', async () => {
    await world().topicWith('once', 1, 0);
    const producer = world().kafka.producer({ idempotent: true });
    expect(producer.isIdempotent()).toBe(true);
    const heard: string[] = [];
    producer.on(producer.events.CONNECT, ({ type }) => void heard.push(type));
    producer.on(producer.events.DISCONNECT, ({ type }) => void heard.push(type));
    producer.on(producer.events.REQUEST, ({ payload }) => void heard.push(payload.apiName));
    await producer.connect();
    const sends = ['a', 'b', 'c'].map((value) =>
      producer.send({ topic: 'once', messages: [{ value }] }),
    );
    await Promise.all(sends).finally(() => producer.disconnect());
    expect(heard).toEqual(
      expect.arrayContaining(['producer.connect', 'InitProducerId', 'Produce']),
    );
    expect(heard.at(-1)).toBe('producer.disconnect');
    expect((await world().valuesOf('once', 3)).sort()).toEqual(['a', 'b', 'c']);
  });

  shows(kafkaJs, 'producer: what the broker refuses is told', async () => {
    await world().topicWith('refusing', 1, 0);
    await world().withProducer({ allowAutoTopicCreation: false }, async (producer) => {
      const value = Buffer.alloc(2 * 1024 * 1024);
      await expect(
        producer.send({ topic: 'refusing', messages: [{ value }] }),
      ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    });
  });
}
