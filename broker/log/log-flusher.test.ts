import { deferred } from '../../client/runtime/deferred';
import { nodeFileSystem } from './file-system';
import { LogFixture, oneRecord, readAll } from './testing/log-fixture';

test('a flush while the former segment still waits for its last batches leaves its indexes alone', async () => {
  const fixture = new LogFixture();
  let release: (() => void) | undefined;
  const syncs: Promise<void>[] = [];
  const turns: (() => void)[] = [];
  const endTurn = () => turns.splice(0).forEach((run) => run());
  const batch = oneRecord('x'.repeat(100));
  const { log, manager } = await fixture.openLog(
    { flushMessages: 1, segmentBytes: 3 * batch.length },
    {
      environment: {
        defer: (run) => void turns.push(run),
        fileSystem: {
          ...nodeFileSystem,
          fdatasync: async (fd) => {
            if (!release) {
              const gate = deferred();
              release = gate.resolve;
              await gate.promise;
            }
            await nodeFileSystem.fdatasync(fd);
          },
        },
      },
    },
  );
  const append = () => syncs.push(log.appendAsLeader(Buffer.from(batch), 0).written);

  append();
  endTurn();
  // The first flush hangs; the second batch is written and asks for the next flush.
  append();
  endTurn();
  // The third belongs to the same segment, the fourth to a new one; neither is written yet.
  append();
  append();
  expect(log.segmentCount).toBe(2);
  release?.();
  await syncs[0];
  await syncs[1];
  endTurn();
  await Promise.all(syncs);

  expect(manager.offlineDirs).toEqual([]);
  expect(log.recoveryPoint).toBe(4);
  expect((await readAll(log)).length).toBe(4 * batch.length);
  await manager.close();
  await fixture.dispose();
});
