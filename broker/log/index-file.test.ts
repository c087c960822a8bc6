import fc from 'fast-check';
import { logEnvironment } from './log-environment';
import { OffsetIndex } from './offset-index';
import { readNow, type ReadSteps } from './read-steps';
import { MemoryFileSystem } from './testing/memory-file-system';
import { TimeIndex } from './time-index';

function setUp(indexCacheBytes?: number) {
  const fileSystem = new MemoryFileSystem();
  const options = indexCacheBytes === undefined ? {} : { indexCacheBytes };
  const { files, indexPages } = logEnvironment({ fileSystem, ...options });
  const run = <T>(steps: ReadSteps<T>): T => readNow(steps, files);
  const sizeOf = (path: string) => fileSystem.statSync(path)?.size ?? 0;
  const offsets = (base = 0, path = '/i.index') =>
    new OffsetIndex(path, base, sizeOf(path), files, indexPages);
  const times = (base = 0, path = '/i.timeindex') =>
    new TimeIndex(path, base, sizeOf(path), files, indexPages);
  return { fileSystem, run, offsets, times };
}

it('an offset index holds int32 relative offset and int32 position', () => {
  const { fileSystem, offsets, run } = setUp();
  const index = offsets(1000);
  index.append(1009, 4200);
  index.append(1300, 70000);
  index.file.seal();
  expect(fileSystem.bytes('/i.index').toString('hex')).toBe('00000009000010680000012c00011170');
  const again = offsets(1000);
  expect(run(again.last())).toEqual({ offset: 1300, position: 70000 });
  expect(run(again.lookup(1008))).toBeUndefined();
  expect(run(again.lookup(1009))).toEqual({ offset: 1009, position: 4200 });
  expect(run(again.lookup(9999))).toEqual({ offset: 1300, position: 70000 });
});

it('a time index holds int64 timestamp and int32 relative offset, timestamps rising', () => {
  const { fileSystem, times, run } = setUp();
  const index = times(50);
  index.append(1_700_000_000_000, 60);
  index.append(1_700_000_000_000, 61);
  index.append(1_699_000_000_000, 62);
  index.append(1_700_000_000_500, 63);
  index.file.seal();
  expect(fileSystem.bytes('/i.timeindex').toString('hex')).toBe(
    '0000018bcfe568000000000a' + '0000018bcfe569f40000000d',
  );
  const again = times(50);
  expect(run(again.lookup(1_700_000_000_499))).toEqual({
    timestamp: 1_700_000_000_000,
    offset: 60,
  });
});

it('entries go on after a seal, a new start and a cut', () => {
  const { offsets, run, fileSystem } = setUp();
  const index = offsets();
  for (let n = 1; n <= 700; n++) index.append(n * 10, n * 5000);
  index.file.seal();
  expect(fileSystem.bytes('/i.index')).toHaveLength(700 * 8);
  const again = offsets();
  run(again.prepareToAppend());
  again.append(7010, 9_000_000);
  run(again.truncateTo(6005));
  expect(run(again.last())).toEqual({ offset: 6000, position: 3_000_000 });
  expect(fileSystem.bytes('/i.index')).toHaveLength(600 * 8);
  again.append(6001, 3_000_100);
  expect(run(again.lookup(6002))).toEqual({ offset: 6001, position: 3_000_100 });
  again.file.flush();
  expect(fileSystem.bytes('/i.index')).toHaveLength(601 * 8);
});

it('behaves like a sorted list under any sequence of appends, flushes, cuts and lookups', () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('add'), n: fc.integer({ min: 1, max: 400 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), n: fc.nat({ max: 3000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen'), n: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush'), n: fc.constant(0) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('find'), n: fc.nat({ max: 6000 }) }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const { offsets, run } = setUp(8192);
      let index = offsets();
      let model: { offset: number; position: number }[] = [];
      for (const { kind, n } of actions) {
        if (kind === 'add') {
          for (let i = 0; i < n; i++) {
            const last = model.at(-1)?.offset ?? 0;
            const entry = { offset: last + 1 + (i % 3), position: model.length * 100 };
            index.append(entry.offset, entry.position);
            model.push(entry);
          }
        } else if (kind === 'cut') {
          run(index.truncateTo(n));
          model = model.filter(({ offset }) => offset < n);
        } else if (kind === 'reopen') {
          index.file.seal();
          index = offsets();
          run(index.prepareToAppend());
        } else if (kind === 'flush') {
          index.file.flush();
        } else {
          const expected = model.filter(({ offset }) => offset <= n).at(-1);
          expect(run(index.lookup(n))).toEqual(expected);
        }
        expect(index.file.count).toBe(model.length);
      }
    }),
    { numRuns: 60, seed: 7 },
  );
});
