import {
  committedIsr,
  effectiveMinIsr,
  expandedIsr,
  refusedIsr,
  shrunkIsr,
  type IsrMember,
} from './isr-state';

const member = (brokerId: number): IsrMember => ({ brokerId, brokerEpoch: 10 * brokerId });

test('who joins counts at once, who leaves counts until that is confirmed', () => {
  const committed = committedIsr([1, 2, 3]);
  expect(committed.maximal).toEqual([1, 2, 3]);
  const expanding = expandedIsr(committedIsr([1, 2]), 3, member);
  expect(expanding).toMatchObject({ isr: [1, 2], maximal: [1, 2, 3] });
  expect(expanding.proposed).toEqual([1, 2, 3].map(member));
  const shrinking = shrunkIsr(committed, [1, 3], member);
  expect(shrinking).toMatchObject({ isr: [1, 2, 3], maximal: [1, 2, 3], proposed: [member(2)] });
});

test.each([
  ['INELIGIBLE_REPLICA', 'fall-back'],
  ['OPERATION_NOT_ATTEMPTED', 'fall-back'],
  ['FENCED_LEADER_EPOCH', 'wait'],
  ['INVALID_UPDATE_VERSION', 'wait'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'wait'],
  ['UNKNOWN_SERVER_ERROR', 'retry'],
  ['', 'retry'],
])('after %s: %s', (code, consequence) => {
  expect(refusedIsr(code)).toBe(consequence);
});

test.each([
  [2, 3, 2],
  [2, 1, 1],
  [3, 2, 2],
  [0, 3, 1],
])('min.insync.replicas %d with %d replicas is %d', (configured, factor, effective) => {
  expect(effectiveMinIsr(configured, factor)).toBe(effective);
});
