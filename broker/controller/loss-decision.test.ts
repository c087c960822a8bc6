import fc from 'fast-check';
import {
  assigned,
  controllerEpoch,
  leaderEpoch,
  NO_LEADER,
  type PartitionState,
} from '../../zk-coordination';
import type { ElectionInput } from './elections';
import { decideAfterLoss } from './loss-decision';

const NOBODY = new Set<number>();

function input(
  state: Partial<PartitionState>,
  live: readonly number[],
  more: Partial<ElectionInput> = {},
): ElectionInput {
  return {
    state: {
      leader: 1,
      leaderEpoch: leaderEpoch(4),
      isr: [1, 2, 3],
      leaderRecoveryState: 'recovered',
      controllerEpoch: controllerEpoch(1),
      ...state,
    },
    assignment: assigned([1, 2, 3]),
    live: new Set(live),
    shuttingDown: new Set(),
    uncleanEnabled: false,
    controllerEpoch: controllerEpoch(2),
    ...more,
  };
}

test('the leader is gone: elected, and out of the ISR, in one', () => {
  expect(decideAfterLoss(input({}, [2, 3]), NOBODY)).toEqual({
    leader: 2,
    leaderEpoch: 5,
    isr: [2, 3],
    leaderRecoveryState: 'recovered',
    controllerEpoch: 2,
  });
});

test('a follower is gone: it leaves the ISR', () => {
  const next = decideAfterLoss(input({}, [1, 3]), NOBODY);
  expect(next).toMatchObject({ leader: 1, isr: [1, 3], leaderEpoch: 4 });
});

test('nobody is gone: nothing changes', () => {
  expect(decideAfterLoss(input({}, [1, 2, 3]), NOBODY)).toBeUndefined();
  expect(decideAfterLoss(input({ isr: [1, 2] }, [1, 2]), NOBODY)).toBeUndefined();
});

test('all are gone: the ISR remembers who has everything', () => {
  const next = decideAfterLoss(input({}, []), NOBODY);
  expect(next).toMatchObject({ leader: NO_LEADER, isr: [1, 2, 3], leaderEpoch: 5 });
  const offline = { leader: NO_LEADER, isr: [1] };
  expect(decideAfterLoss(input(offline, []), NOBODY)).toBeUndefined();
});

test('only somebody out of sync is back: no leader, unless records may be lost', () => {
  const offline = { leader: NO_LEADER, isr: [1] };
  expect(decideAfterLoss(input(offline, [2, 3]), NOBODY)).toBeUndefined();
  const unclean = decideAfterLoss(input(offline, [2, 3], { uncleanEnabled: true }), NOBODY);
  expect(unclean).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 'recovering' });
});

test('a leader that was restarted makes room for one that was not', () => {
  const next = decideAfterLoss(input({}, [1, 2, 3]), new Set([1]));
  expect(next).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 5 });
});

test('a follower that was restarted has to catch up', () => {
  const next = decideAfterLoss(input({}, [1, 2, 3]), new Set([3]));
  expect(next).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 4 });
});

test('who was restarted leads again, in a new epoch, when nobody better is left', () => {
  const alone = decideAfterLoss(input({ isr: [1] }, [1, 2, 3]), new Set([1]));
  expect(alone).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 5 });
  const all = decideAfterLoss(input({}, [1, 2, 3]), new Set([1, 2, 3]));
  expect(all).toMatchObject({ leader: 1, isr: [1, 2, 3], leaderEpoch: 5 });
});

test('whatever happens: leaders come from the ISR, epochs rise, the ISR does not get empty', () => {
  const ids = fc.subarray([1, 2, 3, 4]);
  fc.assert(
    fc.property(ids, ids, ids, ids, fc.nat(4), (isr, live, lost, stopping, leader) => {
      fc.pre(isr.length > 0);
      const before = input({ isr, leader: isr[leader] ?? NO_LEADER }, live, {
        assignment: assigned([4, 2, 3, 1]),
        shuttingDown: new Set(stopping),
      });
      const after = decideAfterLoss(before, new Set(lost));
      if (!after) return;
      const stays = after.leader === before.state.leader && !lost.includes(after.leader);
      expect(after.leaderEpoch).toBe(before.state.leaderEpoch + (stays ? 0 : 1));
      expect(after.isr.length).toBeGreaterThan(0);
      expect(before.state.isr).toEqual(expect.arrayContaining([...after.isr]));
      if (after.leader === NO_LEADER) return;
      expect(after.isr).toContain(after.leader);
      expect(live).toContain(after.leader);
      expect(after.isr.every((id) => live.includes(id))).toBe(true);
    }),
  );
});
