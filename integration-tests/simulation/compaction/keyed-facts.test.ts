import { keyedProblems, type KeyedSend } from './keyed-facts';

const send = (offset: number | undefined, key: string, value: string | null): KeyedSend => ({
  ...{ offset, key, value },
  isOpen: offset === undefined,
});
const sends = [send(0, 'a', '1'), send(1, 'b', '2'), send(2, 'a', '3'), send(3, 'b', null)];
const judge = (records: [number, string, string | null][], more: KeyedSend[] = []) =>
  keyedProblems(
    [...sends, ...more],
    [{ source: 'log', records: records.map(([offset, key, value]) => ({ offset, key, value })) }],
  );

test.each<[string, [number, string, string | null][]]>([
  [
    'nothing compacted',
    [
      [0, 'a', '1'],
      [1, 'b', '2'],
      [2, 'a', '3'],
      [3, 'b', null],
    ],
  ],
  [
    'only the last of each key',
    [
      [2, 'a', '3'],
      [3, 'b', null],
    ],
  ],
  ['the tombstone gone, too', [[2, 'a', '3']]],
])('%s is fine', (_, records) => {
  expect(judge(records)).toEqual([]);
});

test.each<[string, [number, string, string | null][]]>([
  ['log: a, last written at 2, is gone', [[3, 'b', null]]],
  [
    'log: a is what it was at 0, 2 is gone',
    [
      [0, 'a', '1'],
      [3, 'b', null],
    ],
  ],
  [
    'log: b is what it was at 1, 3 is gone',
    [
      [1, 'b', '2'],
      [2, 'a', '3'],
    ],
  ],
  ['log: a=3 lies at 3, where b=null was acknowledged', [[3, 'a', '3']]],
  [
    'log: offset 2 comes after 3',
    [
      [3, 'b', null],
      [2, 'a', '3'],
    ],
  ],
])('%s', (problem, records) => {
  expect(judge(records)).toEqual([problem]);
});

test('a record whose send was not answered may be there, or have deleted its key', () => {
  const open = [send(undefined, 'a', null), send(undefined, 'b', '5')];
  expect(
    judge(
      [
        [3, 'b', null],
        [4, 'a', null],
        [5, 'b', '5'],
      ],
      open,
    ),
  ).toEqual([]);
  expect(judge([[3, 'b', null]], open)).toEqual([]);
});
