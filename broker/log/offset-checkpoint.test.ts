import { checkpointNames } from './checkpoint-file';
import { OffsetCheckpoint } from './offset-checkpoint';
import { FaultyFileSystem, ioError } from './testing/faulty-file-system';
import { MemoryFileSystem } from './testing/memory-file-system';

interface FakeLog {
  readonly topicPartition: { readonly topic: string; readonly partition: number };
  offset: number | undefined;
}

const log = (partition: number, offset?: number): FakeLog => ({
  topicPartition: { topic: 't', partition },
  offset,
});

let files: FaultyFileSystem;
let checkpoint: OffsetCheckpoint<FakeLog>;

beforeEach(() => {
  files = new FaultyFileSystem(new MemoryFileSystem());
  checkpoint = new OffsetCheckpoint(
    files.fileSystem,
    '/data',
    checkpointNames.highWatermark,
    ({ offset }) => offset,
  );
});

/** Whether saving writes anything, and what the file says then, offsets by partition. */
async function saved(...logs: FakeLog[]) {
  const before = files.operations;
  await checkpoint.save(logs);
  const entries = await checkpoint.file.read();
  return {
    isWritten: files.operations > before,
    offsets: Object.fromEntries(entries.map(({ partition, offset }) => [partition, offset])),
  };
}

test('what the file says already is not written again', async () => {
  const [a, b] = [log(0, 5), log(1)];
  expect(await saved(a, b)).toEqual({ isWritten: true, offsets: { 0: 5 } });
  expect(await saved(a, b)).toEqual({ isWritten: false, offsets: { 0: 5 } });
  b.offset = 7;
  expect(await saved(a, b)).toEqual({ isWritten: true, offsets: { 0: 5, 1: 7 } });
});

test('a log more, a log less and another log of the same name are news', async () => {
  const a = log(0, 5);
  await saved(a);
  expect(await saved(a, log(1, 0))).toMatchObject({ isWritten: true });
  expect(await saved(a)).toEqual({ isWritten: true, offsets: { 0: 5 } });
  expect(await saved(log(0, 5))).toMatchObject({ isWritten: true });
});

test('the first save writes, also of no logs', async () => {
  expect(await saved()).toEqual({ isWritten: true, offsets: {} });
  expect(await saved()).toMatchObject({ isWritten: false });
});

test('what could not be written is written the next time', async () => {
  const a = log(0, 5);
  await saved(a);
  a.offset = 6;
  files.fault = () => ioError('EIO');
  await expect(checkpoint.save([a])).rejects.toThrow('EIO');
  files.fault = () => undefined;
  a.offset = 5;
  expect(await saved(a)).toMatchObject({ isWritten: true });
});
