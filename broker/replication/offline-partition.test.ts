import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../client/runtime/clock';
import { silentLogger } from '../../client/runtime/logger';
import { LogFixture } from '../log/testing/log-fixture';
import { ReplicaManager } from './replica-manager';
import { FakeFetchers, FakeIsrChanger, instruction } from './testing/replica-fixture';

const at = (partition: number, isNew: boolean) =>
  instruction({
    topicPartition: { topic: 't', partition },
    isNew,
    isr: [1],
    replicas: [1],
  });

test('a partition that may lie in a directory that failed at start is offline, not led elsewhere', async () => {
  const fixture = new LogFixture();
  const bad = join(fixture.root, 'bad');
  mkdirSync(fixture.root, { recursive: true });
  writeFileSync(bad, 'not a directory');
  const logManager = await fixture.open({}, { logDirs: [fixture.logDir, bad] });
  const replicas = new ReplicaManager({
    brokerId: 1,
    logManager,
    clock: systemClock,
    logger: silentLogger,
    isr: new FakeIsrChanger(),
    followers: new FakeFetchers(),
    lease: { isHeld: () => true },
    isRegistered: () => true,
    brokerEpoch: () => 1,
    liveBrokerEpoch: () => 1,
    exists: () => false,
    replicaLagTimeMaxMs: () => 30_000,
    minInsyncReplicas: () => 1,
    loadConfigs: () => Promise.resolve(),
  });

  const failures = await replicas.becomeLeaderOrFollower(1, [at(0, false), at(1, true)]);
  expect([...failures.keys()]).toEqual(['t-0']);
  expect(() => replicas.partition('t', 0).leaderLog()).toThrow(
    expect.objectContaining({
      code: 'KAFKA_STORAGE_ERROR',
      message: expect.stringContaining(bad) as string,
    }) as Error,
  );
  expect(replicas.partition('t', 1).leaderLog().logEndOffset).toBe(0);
  await replicas.close();
  await fixture.dispose();
});
