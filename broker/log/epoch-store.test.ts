import { deferred } from '../../client/runtime/deferred';
import { BackgroundLane } from './background-lane';
import { EpochStore } from './epoch-store';
import { LeaderEpochCheckpoint } from './leader-epoch-cache';
import { MemoryFileSystem } from './testing/memory-file-system';

const DIRECTORY = '/data/t-0';

test('a save that nobody waits for has its turn, one that somebody waits for goes first', async () => {
  const files = new MemoryFileSystem();
  await files.mkdir(DIRECTORY);
  const lane = new BackgroundLane(1);
  const busy = deferred();
  lane.add(() => busy.promise);
  const store = new EpochStore(files, DIRECTORY, [], lane, (error) => {
    throw error as Error;
  });
  const onDisk = () => new LeaderEpochCheckpoint(files, DIRECTORY).read();

  store.cache.assign(3, 10);
  expect(await onDisk()).toEqual([]);
  await store.saved();
  expect(await onDisk()).toEqual([{ epoch: 3, startOffset: 10 }]);

  store.cache.assign(4, 20);
  expect(await onDisk()).toHaveLength(1);
  busy.resolve();
  // The lane is free again when this has had its turn.
  const turn = deferred();
  lane.add(() => Promise.resolve(turn.resolve()));
  await turn.promise;
  expect(await onDisk()).toHaveLength(2);
});
