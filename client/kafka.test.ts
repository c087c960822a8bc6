import { ClientOptionsError, Kafka } from '.';
import { FakeBroker } from './network/testing/fake-broker';

test('clients of one Kafka are closed by themselves', async () => {
  const broker = await FakeBroker.start(1);
  const kafka = new Kafka({ brokers: [broker.address], clientId: 'shop' });
  const [one, other] = [kafka.admin(), kafka.admin()];
  await one.describeCluster();
  await one.close();
  expect((await other.describeCluster()).clusterId).toBe('fake-cluster');
  expect(broker.requests.every(({ header }) => header.clientId === 'shop')).toBe(true);
  const [producer, consumer] = [kafka.producer(), kafka.consumer()];
  await producer.close();
  await consumer.close();
  await other.close();
  await broker.untilConnections(0);
  await broker.stop();
});

test('options that make no sense are refused at once', () => {
  expect(() => new Kafka({ brokers: [] })).toThrow(ClientOptionsError);
});
