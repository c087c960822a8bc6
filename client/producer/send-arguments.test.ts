import { Kafka } from '../kafka';

const kafka = new Kafka({ brokers: ['localhost:1'] });

test.each([
  ['no topic', { messages: [{ value: 'x' }] }],
  ['an empty topic', { topic: '', messages: [{ value: 'x' }] }],
  ['no messages', { topic: 't' }],
])('%s is told at once', async (_, request) => {
  const producer = kafka.producer();
  const sent = producer.send(request as never);
  await expect(sent).rejects.toMatchObject({ code: 'CLIENT_OPTIONS_INVALID' });
  await producer.close();
});

test.each([undefined, {}, { brokers: 'localhost:9092' }, { brokers: [] }])(
  'Kafka made with %j is told what is missing',
  (options) => {
    expect(() => new Kafka(options as never)).toThrow(
      expect.objectContaining({ code: 'CLIENT_OPTIONS_INVALID' }),
    );
  },
);
