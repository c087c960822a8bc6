import * as fc from 'fast-check';
import {
  assigned,
  controllerEpoch,
  leaderEpoch,
  type PartitionAssignment,
  type PartitionState,
} from '../../zk-coordination';
import {
  elect,
  firstState,
  withoutReplicas,
  withRaisedEpoch,
  type Election,
  type ElectionInput,
  type ElectionStrategy,
} from './elections';
import { reassignedTo } from './reassignment';

const state = (leader: number, isr: number[], change: Partial<PartitionState> = {}) => ({
  leader,
  leaderEpoch: leaderEpoch(5),
  isr,
  leaderRecoveryState: 'recovered' as const,
  controllerEpoch: controllerEpoch(3),
  ...change,
});

const input = (
  before: PartitionState,
  live: number[],
  change: Partial<ElectionInput> = {},
): ElectionInput => ({
  state: before,
  assignment: assigned([1, 2, 3]),
  live: new Set(live),
  shuttingDown: new Set(),
  uncleanEnabled: false,
  controllerEpoch: controllerEpoch(4),
  ...change,
});

const electedState = (election: Election): PartitionState => {
  if (!election.elected) throw new Error(election.reason);
  return election.state;
};

describe('the offline election', () => {
  it('takes the first assigned live replica in sync and keeps who is alive', () => {
    const election = elect('offline', input(state(1, [3, 1, 2]), [2, 3]));
    expect(election).toEqual({
      elected: true,
      state: {
        leader: 2,
        leaderEpoch: 6,
        isr: [3, 2],
        leaderRecoveryState: 'recovered',
        controllerEpoch: 4,
      },
      unclean: false,
    });
  });

  it('does not take a broker that is shutting down', () => {
    const shuttingDown = new Set([2]);
    const { leader, isr } = electedState(
      elect('offline', input(state(1, [1, 2, 3]), [2, 3], { shuttingDown })),
    );
    expect([leader, isr]).toEqual([3, [3]]);
  });

  it('leaves the partition without a leader rather than lose records', () => {
    expect(elect('offline', input(state(-1, [1]), [2, 3]))).toEqual({
      elected: false,
      reason: 'no-eligible-replica',
    });
  });

  it('takes somebody out of sync when that is allowed, who has to recover', () => {
    const election = elect('offline', input(state(-1, [1]), [2, 3], { uncleanEnabled: true }));
    expect(election).toMatchObject({ elected: true, unclean: true });
    expect(electedState(election)).toMatchObject({
      leader: 2,
      isr: [2],
      leaderRecoveryState: 'recovering',
    });
  });

  it('prefers somebody in sync also when unclean elections are allowed', () => {
    const election = elect('offline', input(state(-1, [3]), [2, 3], { uncleanEnabled: true }));
    expect(election).toMatchObject({ unclean: false, state: { leader: 3, isr: [3] } });
  });

  it('keeps the recovery state in a clean election', () => {
    const recovering = state(1, [1, 2], { leaderRecoveryState: 'recovering' });
    expect(electedState(elect('offline', input(recovering, [2])))).toMatchObject({
      leader: 2,
      leaderRecoveryState: 'recovering',
    });
  });
});

describe('the other elections', () => {
  const moving = reassignedTo(assigned([1, 2]), [3, 4]);

  it('for a reassignment takes the first target replica in sync', () => {
    const before = state(1, [1, 2, 4, 3]);
    const election = elect('reassignment', input(before, [1, 2, 4], { assignment: moving }));
    expect(electedState(election)).toMatchObject({ leader: 4, isr: [1, 2, 4, 3], leaderEpoch: 6 });
    expect(elect('reassignment', input(before, [1, 2], { assignment: moving }))).toEqual({
      elected: false,
      reason: 'no-eligible-replica',
    });
  });

  it('for the preferred leader takes only that', () => {
    expect(electedState(elect('preferred', input(state(2, [2, 1]), [1, 2])))).toMatchObject({
      leader: 1,
      isr: [2, 1],
    });
    const notEligible = { elected: false, reason: 'preferred-not-eligible' };
    expect(elect('preferred', input(state(2, [2, 3]), [1, 2, 3]))).toEqual(notEligible);
    expect(elect('preferred', input(state(2, [2, 1]), [2]))).toEqual(notEligible);
    const shuttingDown = new Set([1]);
    expect(elect('preferred', input(state(2, [2, 1]), [1, 2], { shuttingDown }))).toEqual(
      notEligible,
    );
  });

  it('for a controlled shutdown takes somebody who stays', () => {
    const shuttingDown = new Set([1, 2]);
    const election = elect(
      'controlled-shutdown',
      input(state(1, [1, 2, 3]), [1, 2, 3], { shuttingDown }),
    );
    expect(electedState(election)).toMatchObject({ leader: 3, isr: [3] });
    expect(
      elect('controlled-shutdown', input(state(1, [1, 2]), [1, 2, 3], { shuttingDown })),
    ).toEqual({ elected: false, reason: 'no-eligible-replica' });
  });

  it('are refused to a controller that another one has followed', () => {
    const later = state(1, [1, 2], { controllerEpoch: controllerEpoch(5) });
    for (const strategy of ['offline', 'reassignment', 'preferred'] as const) {
      expect(elect(strategy, input(later, [1, 2]))).toEqual({
        elected: false,
        reason: 'stale-controller',
      });
    }
  });
});

test('a new partition begins with all live replicas in sync', () => {
  expect(firstState([1, 2, 3], new Set([3, 2]), controllerEpoch(4))).toMatchObject({
    leader: 2,
    isr: [2, 3],
    leaderEpoch: 0,
  });
  expect(firstState([1], new Set([2]), controllerEpoch(4))).toBeUndefined();
});

describe('replicas that go offline', () => {
  const without = (before: PartitionState, ...offline: number[]) =>
    withoutReplicas(before, new Set(offline), controllerEpoch(4));

  it('leave the ISR and the leadership', () => {
    expect(without(state(1, [1, 2, 3]), 2)).toMatchObject({
      leader: 1,
      isr: [1, 3],
      leaderEpoch: 5,
      controllerEpoch: 4,
    });
    expect(without(state(1, [1, 2]), 1)).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 6 });
  });

  it('stay in the ISR when they are the last', () => {
    expect(without(state(1, [1]), 1)).toMatchObject({ leader: -1, isr: [1] });
    expect(without(state(1, [1, 2]), 1, 2)).toMatchObject({ leader: -1, isr: [1, 2] });
    expect(without(state(-1, [1]), 1)).toBeUndefined();
  });

  it('change nothing where they had no part', () => {
    expect(without(state(1, [1]), 2)).toBeUndefined();
  });
});

test('raising the epoch keeps leader and ISR', () => {
  const before = state(1, [1, 2], { leaderRecoveryState: 'recovering' });
  expect(withRaisedEpoch(before, controllerEpoch(4))).toEqual({
    ...before,
    leaderEpoch: 6,
    controllerEpoch: 4,
  });
});

describe('whatever happens', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
  const some = (from: readonly number[]) => fc.subarray([...from]);
  const strategies = fc.constantFrom<ElectionStrategy>(
    'offline',
    'reassignment',
    'preferred',
    'controlled-shutdown',
  );
  const cases: fc.Arbitrary<ElectionInput> = fc
    .tuple(ids, fc.option(ids, { nil: undefined }))
    .map(([replicas, target]): PartitionAssignment =>
      target ? reassignedTo(assigned(replicas), target) : assigned(replicas),
    )
    .chain((assignment) =>
      fc.record({
        assignment: fc.constant(assignment),
        state: fc
          .tuple(
            fc.shuffledSubarray([...assignment.replicas], { minLength: 1 }),
            fc.boolean(),
            fc.constantFrom('recovered' as const, 'recovering' as const),
          )
          .map(([isr, hasLeader, leaderRecoveryState]) =>
            state(hasLeader ? (isr[0] as number) : -1, isr, { leaderRecoveryState }),
          ),
        live: some([1, 2, 3, 4, 5, 6]).map((live) => new Set(live)),
        shuttingDown: some([1, 2, 3, 4, 5, 6]).map((live) => new Set(live)),
        uncleanEnabled: fc.boolean(),
        controllerEpoch: fc.constant(controllerEpoch(4)),
      }),
    );

  it('elections keep their promises', () => {
    fc.assert(
      fc.property(strategies, cases, (strategy, given) => {
        const election = elect(strategy, given);
        if (!election.elected) return;
        const { state: after, unclean } = election;
        const { state: before, assignment, live, shuttingDown, uncleanEnabled } = given;
        expect(assignment.replicas).toContain(after.leader);
        expect(live.has(after.leader)).toBe(true);
        expect(shuttingDown.has(after.leader)).toBe(false);
        expect(after.leaderEpoch).toBe(before.leaderEpoch + 1);
        expect(after.controllerEpoch).toBe(given.controllerEpoch);
        expect(after.isr).toContain(after.leader);
        if (unclean) {
          expect([strategy, uncleanEnabled]).toEqual(['offline', true]);
          expect(before.isr.some((id) => live.has(id) && !shuttingDown.has(id))).toBe(false);
          expect(after).toMatchObject({ isr: [after.leader], leaderRecoveryState: 'recovering' });
        } else {
          expect(before.isr).toEqual(expect.arrayContaining([...after.isr]));
          expect(after.leaderRecoveryState).toBe(before.leaderRecoveryState);
        }
      }),
    );
  });

  it('going offline never empties the ISR and never lets anybody in', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.integer({ min: 1, max: 6 })), ({ state: before }, offline) => {
        const after = withoutReplicas(before, new Set(offline), controllerEpoch(4));
        if (!after) return;
        expect(after.isr.length).toBeGreaterThan(0);
        expect(before.isr).toEqual(expect.arrayContaining([...after.isr]));
        expect(after.leader === -1 || after.isr.includes(after.leader)).toBe(true);
        expect(offline).not.toContain(after.leader);
        const isOver = after.leader !== before.leader;
        expect(after.leaderEpoch).toBe(before.leaderEpoch + (isOver ? 1 : 0));
      }),
    );
  });
});
