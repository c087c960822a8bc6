import { compactedProblems, type KeyedRecord } from './judge-compacted';

const record = (offset: number, key: string, value: string | null): KeyedRecord => ({
  ...{ offset, key, value },
});
const acked = [
  record(0, 'a', '1'),
  record(1, 'b', '1'),
  record(2, 'a', '2'),
  record(3, 'c', '1'),
  record(4, 'c', null),
];
const judge = (...found: KeyedRecord[]) => compactedProblems('here', acked, found);

test.each([
  ['all of it', acked],
  ['the last of each key', [record(1, 'b', '1'), record(2, 'a', '2'), record(4, 'c', null)]],
  ['the last of each key, what was deleted left out', [record(1, 'b', '1'), record(2, 'a', '2')]],
])('%s is as it should be', (_, found) => expect(judge(...found)).toEqual([]));

test.each([
  ['a last value is lost', [record(1, 'b', '1')], 'the last value of a, at 2, is lost'],
  [
    'an older value took the place of the last',
    [record(0, 'a', '1'), record(1, 'b', '1')],
    'the last value of a, at 2, is lost',
  ],
  [
    'what was deleted is back',
    [record(1, 'b', '1'), record(2, 'a', '2'), record(3, 'c', '1')],
    'c, deleted at 4, is back',
  ],
  [
    'a record has another offset',
    [record(1, 'b', '1'), record(2, 'a', '2'), record(7, 'd', '1')],
    'd at 7 was not acknowledged',
  ],
  [
    'a record has another value',
    [record(1, 'b', '9'), record(2, 'a', '2')],
    'b at 1 is 9, acknowledged was b, 1',
  ],
  ['the order is another', [record(2, 'a', '2'), record(1, 'b', '1')], 'b at 1 comes after 2'],
])('%s', (_, found, problem) => expect(judge(...found)).toEqual([`here: ${problem}`]));
