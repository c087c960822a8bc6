import { fateOf, isRetained } from './record-retention';

const pass = { endOffset: 100, now: 5000 };
const record = { offset: 10, hasKey: true, isTombstone: false, latestOffset: -1 };
const batch = { deleteHorizon: -1 };

it.each([
  ['the only one of its key', {}, true],
  ['the last one of its key', { latestOffset: 10 }, true],
  ['one that was overwritten', { latestOffset: 11 }, false],
  ['one that was not looked at', { offset: 100, latestOffset: 120 }, true],
  ['one without a key', { hasKey: false }, false],
  ['one without a key that was not looked at', { hasKey: false, offset: 100 }, true],
  ['a tombstone', { isTombstone: true }, true],
  ['a tombstone that was overwritten', { isTombstone: true, latestOffset: 50 }, false],
])('a record, %s', (_, facts, stays) => {
  expect(isRetained({ ...record, ...facts }, batch, pass)).toBe(stays);
});

it('a tombstone goes when its horizon has come', () => {
  const tombstone = { ...record, isTombstone: true };
  expect(isRetained(tombstone, { deleteHorizon: 5001 }, pass)).toBe(true);
  expect(isRetained(tombstone, { deleteHorizon: 5000 }, pass)).toBe(false);
  expect(isRetained(record, { deleteHorizon: 5000 }, pass)).toBe(true);
});

it.each([
  ['as it is', { records: 2, retained: 2, needsHorizon: false, isLastOfProducer: false }],
  ['rewritten', { records: 2, retained: 1, needsHorizon: false, isLastOfProducer: false }],
  ['rewritten', { records: 2, retained: 2, needsHorizon: true, isLastOfProducer: false }],
  ['emptied', { records: 2, retained: 0, needsHorizon: false, isLastOfProducer: true }],
  ['emptied', { records: 0, retained: 0, needsHorizon: false, isLastOfProducer: true }],
  ['dropped', { records: 0, retained: 0, needsHorizon: false, isLastOfProducer: false }],
  ['dropped', { records: 2, retained: 0, needsHorizon: false, isLastOfProducer: false }],
])('a batch is %s', (fate, facts) => {
  expect(fateOf(facts)).toBe(fate);
});
