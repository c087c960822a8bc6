import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kafka } from '../../client';
import { projectRoot } from '../../tools/cli/project-root';
import { TestCluster } from '../harness/test-cluster';

const TOPIC = 'life';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'group.initial.rebalance.delay.ms': '0' } });
});
afterAll(() => cluster.stop());

/** Reads a record, says so, and waits for the end of its input before it commits and closes. */
const member = (): string => `
  const { Kafka } = require(${JSON.stringify(join(projectRoot(), 'dist', 'client'))});
  const kafka = new Kafka({ brokers: ['${cluster.bootstrap}'], apiTimeout: 2000 });
  const consumer = kafka.consumer({ groupId: 'lonely', autoOffsetReset: 'earliest' });
  const told = (done) => done.then(() => 'done', ({ code }) => code);
  (async () => {
    await consumer.subscribe({ topics: ['${TOPIC}'] });
    while ((await consumer.poll()).length === 0);
    console.log('read');
    for await (const _ of process.stdin);
    console.log('commit: ' + (await told(consumer.commit([{ topic: '${TOPIC}', partition: 0, offset: 1 }]))));
    console.log('close: ' + (await told(consumer.close())));
  })();
`;

// Between two attempts to connect there is no socket, and only a timer brings the next one.
test('a process that waits for its consumer lives on, though no broker does', async () => {
  const kafka = new Kafka({ brokers: [cluster.bootstrap] });
  const producer = kafka.producer();
  await producer.send({ topic: TOPIC, messages: [{ value: 'one' }] });
  await producer.close();
  const child = spawn(process.execPath, ['-e', member()], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string | undefined;

  expect(await next()).toBe('read');
  await cluster.broker.kill();
  const ended = once(child, 'exit');
  child.stdin.end();
  expect(await next()).toBe('commit: REQUEST_TIMED_OUT');
  expect(await next()).toBe('close: done');
  expect(await ended).toEqual([0, null]);
});
