import type { StoredInteger } from '../harness/raw-topics';
import { faultless, ProduceHistory, total, type Verdict } from './produce-history';

/** Producer 0 sends 0, 10, 20, …, producer 1 sends 1, 11, 21, …; 40 is refused, 51 never answered. */
function history(): ProduceHistory {
  const sent = new ProduceHistory((value) => value % 10);
  const order = [0, 1, 10, 11, 20, 21, 30, 31];
  for (const [offset, value] of order.entries()) {
    sent.sending(value);
    sent.acked(value, offset);
  }
  sent.sending(40);
  sent.failed(40);
  sent.sending(51);
  return sent;
}

const stored = (...values: number[]): StoredInteger[] =>
  values.map((value, offset) => ({ value, offset }));
const good = stored(0, 1, 10, 11, 20, 21, 30, 31);

test('a sound history has no fault, whether the unanswered record is there or not', () => {
  for (const found of [good, [...good, { value: 51, offset: 8 }]]) {
    const verdict = history().check(found);
    expect(verdict).toEqual(faultless(verdict));
    expect(verdict).toMatchObject({ acked: 8, read: found.length });
  }
});

const faults: [keyof Verdict, StoredInteger[]][] = [
  ['lost', stored(0, 1, 10, 11, 20, 21, 30)],
  ['misplaced', stored(0, 1, 10, 11, 20, 21, 31, 30)],
  ['duplicated', [...good, { value: 31, offset: 8 }]],
  ['duplicated', [...good, { value: 51, offset: 7 }]],
  ['reordered', stored(0, 1, 20, 11, 10, 21, 30, 31)],
  ['gaps', [...good, { value: 51, offset: 9 }]],
  ['phantom', [...good, { value: 40, offset: 8 }]],
  ['phantom', [...good, { value: 77, offset: 8 }]],
];
test.each(faults)('finds what is %s', (fault, found) => {
  expect(history().check(found)[fault]).toBeGreaterThan(0);
});

test('finds that what was read once has changed', () => {
  const sent = history();
  sent.check([...good, { value: 51, offset: 8 }]);
  expect(sent.check(good).changed).toBe(1);
});

test('adds verdicts up', () => {
  expect(total([history().check(good), history().check([])])).toMatchObject({ acked: 16, lost: 8 });
});
