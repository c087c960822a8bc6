import { Simulation } from './simulation';

async function produceAndRead(seed: number): Promise<{ values: string[]; fingerprint: string }> {
  const configs = { 'default.replication.factor': '1', 'min.insync.replicas': '1' };
  const simulation = new Simulation({ seed, brokers: 1, configs });
  const broker = simulation.brokers[0]!;
  broker.start();
  await simulation.pass(10_000, () => broker.isServing);
  const kafka = simulation.client('client-1');
  const values = await simulation.perform(60_000, async () => {
    await kafka.admin().createTopics([{ topic: 't', numPartitions: 2 }]);
    const producer = kafka.producer();
    const sent = [];
    for (let i = 0; i < 100; i++) sent.push(producer.produce('t', `${i}`, null, { partition: 1 }));
    await Promise.all(sent);
    // What a crash takes is the process; what it wrote is there again.
    broker.kill();
    broker.start();
    const consumer = kafka.consumer();
    await consumer.assign({ topic: 't', partition: 1, offset: 0 });
    const read: string[] = [];
    while (read.length < 100) {
      for (const { records } of await consumer.poll(1000)) {
        for (const { value } of records) read.push(String(value));
      }
    }
    return read;
  });
  return { values, fingerprint: simulation.trace.fingerprint };
}

test('one broker: what was produced is read, and the same seed gives the same run', async () => {
  const one = await produceAndRead(1);
  expect(one.values).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  const other = await produceAndRead(2);
  const again = await produceAndRead(1);
  expect(again.fingerprint).toBe(one.fingerprint);
  expect(other.fingerprint).not.toBe(one.fingerprint);
});
