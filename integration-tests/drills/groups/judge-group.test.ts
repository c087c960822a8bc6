import type { GroupMember, MemberEvent } from './group-member';
import { groupProblems } from './judge-group';

function member(name: string, events: MemberEvent[], more: Partial<GroupMember> = {}): GroupMember {
  return { name, events, pauses: [], killedAt: Infinity, ...more } as unknown as GroupMember;
}

const assigned = (timestamp: number): MemberEvent => ({
  timestamp,
  name: 'partitions_assigned',
  partitions: [{ partition: 0 }],
});
const revoked = (timestamp: number): MemberEvent => ({
  ...assigned(timestamp),
  name: 'partitions_revoked',
});
const consumed = (timestamp: number, minOffset: number, maxOffset: number): MemberEvent => ({
  timestamp,
  name: 'records_consumed',
  partitions: [{ partition: 0, minOffset, maxOffset }],
});
const committed = (timestamp: number, offset: number, success = true): MemberEvent => ({
  timestamp,
  name: 'offsets_committed',
  offsets: [{ partition: 0, offset }],
  success,
});
const ACKED = [[0, 1, 2, 3]];

test('a group that hands over properly has no problems', () => {
  const first = member('a', [assigned(0), consumed(1, 0, 1), committed(2, 2), revoked(3)]);
  const second = member('b', [assigned(4), consumed(5, 2, 3), committed(6, 4)]);
  expect(groupProblems([first, second], ACKED)).toEqual([]);
});

test('two owners at a time', () => {
  const first = member('a', [assigned(0), consumed(1, 0, 3), revoked(9)]);
  const second = member('b', [assigned(4)]);
  expect(groupProblems([first, second], ACKED)).toEqual([
    'partition 0 was given to b 5 ms before a had let go of it',
  ]);
});

test('who stands still, or is dead, owns nothing', () => {
  const paused = member('a', [assigned(0), revoked(9)], { pauses: [{ from: 2, until: 8 }] });
  const killed = member('b', [assigned(4)], { killedAt: 5 });
  const third = member('c', [assigned(6), consumed(7, 0, 3)]);
  expect(groupProblems([paused, killed, third], ACKED)).toEqual([]);
});

test('a record that went to nobody', () => {
  expect(groupProblems([member('a', [assigned(0), consumed(1, 0, 2)])], ACKED)).toEqual([
    'partition 0: 1 acknowledged records went to no member, first 3',
  ]);
});

describe('commits', () => {
  const owner = member('b', [assigned(4), consumed(5, 0, 3), committed(6, 4)]);

  test('of a zombie that are taken', () => {
    const zombie = member('a', [consumed(7, 0, 1), committed(8, 2)]);
    expect(groupProblems([zombie, owner], ACKED)).toEqual([
      'partition 0: a committed 2 after b had committed 4',
    ]);
  });

  test('of a zombie that are refused', () => {
    const zombie = member('a', [consumed(7, 0, 1), committed(8, 2, false)]);
    expect(groupProblems([zombie, owner], ACKED)).toEqual([]);
  });

  test('that were sent before it stood still, and learnt of afterwards', () => {
    const late = member('a', [consumed(3, 0, 1), committed(8, 2)]);
    expect(groupProblems([late, owner], ACKED)).toEqual([]);
  });
});
