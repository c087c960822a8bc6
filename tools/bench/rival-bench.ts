import { Cluster } from '../../client/network';
import { Producer } from '../../client/producer';
import { createTopic, deleteTopic } from './broker-bench';
import { compare, type Comparison, type Run } from './measure';
import type { Product } from './product';

/** Other clients for Node, which speak the Kafka wire. */
export const rivals = ['@platformatic/kafka', 'KafkaJS'] as const;
export type Rival = (typeof rivals)[number];

/** A producer that sends so many messages, and is awaited. */
interface Sending {
  send(firstMessage: number): Promise<unknown>;
  close(): Promise<unknown>;
}

const WARM_UP_SENDS = 100;

/**
 * Sends per second of our producer and of another one, both to our broker, in the scenario of
 * @platformatic/kafka's published benchmark: awaited one after the other, acks 0, values of 3 bytes
 * with a key and a header, all to one partition, one message or 100 at a time.
 */
export async function compareSends(
  product: Product,
  rival: Rival,
  messagesPerSend: number,
  sends: number,
): Promise<Comparison> {
  const topic = `awaited-${rival.replace(/\W/g, '')}-${messagesPerSend}`;
  await createTopic(product.port, topic, 3);
  const broker = `127.0.0.1:${product.port}`;
  const open = rival === 'KafkaJS' ? kafkaJs : platformatic;
  const own = ours(broker, topic, messagesPerSend);
  const other = await open(broker, topic, messagesPerSend);
  try {
    return await compare(awaited(own, sends), awaited(other, sends));
  } finally {
    await Promise.all([own.close(), other.close()]);
    await deleteTopic(product.port, topic);
  }
}

function awaited({ send }: Sending, sends: number): Run {
  return async () => {
    for (let i = 0; i < WARM_UP_SENDS; i++) await send(i);
    const start = performance.now();
    for (let i = 0; i < sends; i++) await send(i);
    return sends / ((performance.now() - start) / 1000);
  };
}

function ours(broker: string, topic: string, perSend: number): Sending {
  const producer = new Producer(new Cluster({ brokers: [broker], clientId: 'bench' }), { acks: 0 });
  const message = (n: number) => ({
    key: `111-${n}`,
    value: '222',
    headers: [{ key: 'a', value: '123' }],
    partition: 0,
  });
  return {
    send: (first) => producer.send({ topic, messages: listOf(perSend, first, message) }),
    close: () => producer.close(),
  };
}

async function platformatic(broker: string, topic: string, perSend: number): Promise<Sending> {
  const { Producer: Theirs, stringSerializers } = await import('@platformatic/kafka');
  const producer = new Theirs({
    clientId: 'bench',
    bootstrapBrokers: [broker],
    serializers: stringSerializers,
  });
  const message = (n: number) => ({
    topic,
    partition: 0,
    key: `111-${n}`,
    value: '222',
    headers: { a: '123' },
  });
  return {
    send: (first) => producer.send({ messages: listOf(perSend, first, message), acks: 0 }),
    close: () => producer.close(),
  };
}

async function kafkaJs(broker: string, topic: string, perSend: number): Promise<Sending> {
  const { Kafka, Partitioners, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ clientId: 'bench', brokers: [broker], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const message = (n: number) => ({
    key: `111-${n}`,
    value: '222',
    headers: { a: '123' },
    partition: 0,
  });
  return {
    send: (first) => producer.send({ topic, acks: 0, messages: listOf(perSend, first, message) }),
    close: () => producer.disconnect(),
  };
}

function listOf<M>(count: number, first: number, message: (n: number) => M): M[] {
  return Array.from({ length: count }, (_, i) => message(first + i));
}
