import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LogFixture, oneRecord } from '../../../broker/log/testing/log-fixture';
import { collectDisk } from './disk-view';

const fixture = new LogFixture();
afterAll(() => fixture.dispose());

const look = () => collectDisk({ brokerId: 1, path: fixture.logDir }, Date.now());
const file = (suffix: string): string => {
  const directory = fixture.path('t-0');
  const names = readdirSync(directory).filter((name) => name.endsWith(suffix));
  return join(directory, names.sort().at(-1)!);
};
const end = async () => (await look()).directories[0]!.logEndOffset;

/** Thirty batches in several segments, every one of them in the index. */
beforeAll(async () => {
  const { manager, log } = await fixture.openLog({ indexIntervalBytes: 0, segmentBytes: 1000 });
  for (let i = 0; i < 30; i++) await log.appendAsLeader(oneRecord(`value ${i}`), 0).written;
  await manager.close();
});

test('what lies in a log directory', async () => {
  const view = await look();
  expect(view).toMatchObject({
    brokerId: 1,
    unreadable: [],
    meta: { brokerId: 1, clusterId: 'test-cluster' },
    directories: [
      { topic: 't', partition: 0, name: 't-0', kind: 'current', logEndOffset: 30, leftovers: [] },
    ],
  });
  const recovery = { topic: 't', partition: 0, file: 'recovery-point-offset-checkpoint' };
  expect(view.checkpoints).toContainEqual({ ...recovery, offset: 30 });
  expect(view.directories[0]!.ageMs).toBeGreaterThanOrEqual(0);
});

test('the end of the log is behind the last whole batch, whatever the index says', async () => {
  const { size } = statSync(file('.log'));
  truncateSync(file('.log'), size - 5);
  expect(await end()).toBe(29);
  writeFileSync(file('.index'), Buffer.alloc(8, 0x7f));
  expect(await end()).toBe(29);
  await rm(file('.index'));
  expect(await end()).toBe(29);
});

test('what was renamed to go, files that are not what they should be', async () => {
  const gone = 'u-1.0123456789abcdef0123456789abcdef-delete';
  await mkdir(fixture.path(gone));
  await writeFile(join(fixture.path('t-0'), '00000000000000000000.log.swap'), '');
  await writeFile(join(fixture.path('t-0'), 'partition.metadata'), 'nonsense');
  await writeFile(join(fixture.logDir, 'replication-offset-checkpoint'), '0\n5\n');
  await writeFile(join(fixture.logDir, 'meta.properties'), 'version=1\n');
  const view = await look();
  expect(view.unreadable.map(({ path }) => path)).toEqual([
    join(fixture.logDir, 'meta.properties'),
    join(fixture.logDir, 'replication-offset-checkpoint'),
    fixture.path('t-0'),
  ]);
  expect(view.meta).toBeUndefined();
  expect(view.directories).toMatchObject([
    { topic: 'u', partition: 1, name: gone, kind: 'delete', logEndOffset: undefined },
  ]);
  await rm(join(fixture.path('t-0'), 'partition.metadata'));
  expect((await look()).directories.find(({ topic }) => topic === 't')).toMatchObject({
    topicId: undefined,
    leftovers: [{ name: '00000000000000000000.log.swap' }],
  });
});

test('no such directory', async () => {
  const view = await collectDisk({ brokerId: 2, path: join(fixture.root, 'none') }, 0);
  expect(view).toMatchObject({
    unreadable: [{ path: join(fixture.root, 'none'), problem: expect.stringContaining('ENOENT') }],
    meta: undefined,
    directories: [],
    checkpoints: [],
  });
});
