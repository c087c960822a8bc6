import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestCluster } from './test-cluster';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

test('a broker serves, is killed, starts again on its data, and stops cleanly', async () => {
  const first = cluster.broker;
  expect(first.log.count('broker-started')).toBe(1);
  expect(await first.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(first.running).toBe(false);

  const second = await cluster.startBroker();
  expect(second.pid).not.toBe(first.pid);
  expect(second.port).toBe(first.port);
  expect(await second.stop()).toEqual({ code: 143, signal: null });
  expect(existsSync(join(second.dataDirectory, '.kafka_cleanshutdown'))).toBe(true);
});

test('a broker that cannot start says why', async () => {
  await expect(cluster.startBroker({ configs: { 'log.dirs': '' } })).rejects.toThrow(/log\.dirs/);
});
