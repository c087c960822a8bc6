import * as fc from 'fast-check';
import {
  assigned,
  controllerEpoch,
  type PartitionAssignment,
  type PartitionState,
} from '../../zk-coordination';
import { elect, firstState, withoutReplicas, withRaisedEpoch } from './elections';
import {
  completedAssignment,
  isBeingReassigned,
  isReadyToComplete,
  originReplicas,
  reassignedTo,
  sameAssignment,
  targetReplicas,
  unneededReplicas,
} from './reassignment';
import {
  planCatchUp,
  planCompletion,
  planUpdate,
  type ReassignmentStep,
} from './reassignment-plan';
import { decideReassignment } from './reassignment-request';

const anybody = () => true;

describe('the algebra of a reassignment', () => {
  const moving = reassignedTo(assigned([1, 2, 3]), [3, 4, 2]);

  it('puts the target first and tells who comes and who goes', () => {
    expect(moving).toEqual({ replicas: [3, 4, 2, 1], adding: [4], removing: [1] });
    expect(originReplicas(moving)).toEqual([3, 2, 1]);
    expect(targetReplicas(moving)).toEqual([3, 4, 2]);
    expect(completedAssignment(moving)).toEqual(assigned([3, 4, 2]));
    expect([isBeingReassigned(moving), isBeingReassigned(assigned([1]))]).toEqual([true, false]);
  });

  it('goes on from the origin when it is replaced or cancelled', () => {
    const replaced = reassignedTo(moving, [5]);
    expect(replaced).toEqual({ replicas: [5, 3, 2, 1], adding: [5], removing: [3, 2, 1] });
    expect(unneededReplicas(moving, replaced)).toEqual([4]);
    const cancelled = reassignedTo(moving, originReplicas(moving));
    expect(cancelled).toEqual(assigned([3, 2, 1]));
    expect(unneededReplicas(moving, cancelled)).toEqual([4]);
  });

  it('knows a new order from the old one', () => {
    expect(sameAssignment(reassignedTo(assigned([1, 2]), [2, 1]), assigned([1, 2]))).toBe(false);
    expect(sameAssignment(reassignedTo(assigned([1, 2]), [1, 2]), assigned([1, 2]))).toBe(true);
  });

  it('is over when all targets are in sync and one of them can lead', () => {
    expect(isReadyToComplete(moving, [1, 2, 3], anybody)).toBe(false);
    expect(isReadyToComplete(moving, [1, 2, 3, 4], anybody)).toBe(true);
    expect(isReadyToComplete(moving, [1, 2, 3, 4], (id) => id === 1)).toBe(false);
    expect(isReadyToComplete(assigned([1, 2]), [2, 1], anybody)).toBe(true);
  });
});

describe('a wish to reassign', () => {
  const partition = { assignment: assigned([1, 2]), isr: [1, 2] };
  const live =
    (...ids: number[]) =>
    (id: number) =>
      ids.includes(id);

  it('becomes an assignment', () => {
    expect(decideReassignment([3, 1], partition, live(1, 2, 3))).toEqual({
      replicas: [3, 1, 2],
      adding: [3],
      removing: [2],
    });
    // Those that are there already may be dead.
    expect(decideReassignment([2], partition, live())).toMatchObject({ replicas: [2, 1] });
  });

  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', [1], undefined],
    ['UNKNOWN_TOPIC_OR_PARTITION', null, undefined],
    ['NO_REASSIGNMENT_IN_PROGRESS', null, partition],
    ['INVALID_REPLICA_ASSIGNMENT', [], partition],
    ['INVALID_REPLICA_ASSIGNMENT', [1, 1], partition],
    ['INVALID_REPLICA_ASSIGNMENT', [-1], partition],
    ['INVALID_REPLICA_ASSIGNMENT', [1, 9], partition],
  ])('is refused with %s', (code, target, of) => {
    expect(() => decideReassignment(target, of, live(1, 2, 3))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('can be cancelled, unless that would delete the last living copy', () => {
    const assignment = reassignedTo(assigned([1, 2]), [3]);
    const cancel = (isr: number[], ...alive: number[]) =>
      decideReassignment(null, { assignment, isr }, live(...alive));
    expect(cancel([1, 2, 3], 1, 3)).toEqual(assigned([1, 2]));
    expect(cancel([1, 2], 3)).toEqual(assigned([1, 2]));
    const refused = expect.objectContaining({ code: 'INVALID_REPLICA_ASSIGNMENT' });
    expect(() => cancel([3], 1, 2, 3)).toThrow(refused);
    expect(() => cancel([1, 3], 3)).toThrow(refused);
  });
});

describe('the plan', () => {
  const types = (steps: readonly ReassignmentStep[]) => steps.map(({ type }) => type);
  const moving = reassignedTo(assigned([1, 2, 3]), [4, 5, 6]);

  it('begins with the record of it', () => {
    expect(planUpdate(assigned([1, 2, 3]), moving, 1)).toEqual([
      { type: 'store-assignment', assignment: moving },
    ]);
    expect(planCatchUp(moving)).toEqual([
      { type: 'raise-leader-epoch', newReplicas: [4, 5, 6] },
      { type: 'start-replicas', brokers: [4, 5, 6] },
    ]);
  });

  it('has somebody else lead before the leader goes', () => {
    const cancelled = assigned([1, 2, 3]);
    expect(types(planUpdate(moving, cancelled, 4))).toEqual([
      'assume-assignment',
      'elect-leader',
      'remove-replicas',
      'store-assignment',
    ]);
    expect(planUpdate(moving, reassignedTo(moving, [5, 7]), 1)).toEqual([
      {
        type: 'assume-assignment',
        assignment: { replicas: [5, 1, 2, 3], adding: [5], removing: [1, 2, 3] },
      },
      { type: 'raise-leader-epoch', newReplicas: [] },
      { type: 'remove-replicas', brokers: [4, 6] },
      {
        type: 'store-assignment',
        assignment: { replicas: [5, 7, 1, 2, 3], adding: [5, 7], removing: [1, 2, 3] },
      },
    ]);
  });

  it('ends with the record that it is over', () => {
    const steps = planCompletion(moving, 1, anybody);
    expect(types(steps)).toEqual([
      'bring-online',
      'assume-assignment',
      'elect-leader',
      'remove-replicas',
      'store-assignment',
      'finish',
    ]);
    expect(types(planCompletion(moving, 5, anybody))).not.toContain('elect-leader');
    expect(types(planCompletion(moving, 5, (id) => id !== 5))).toContain('elect-leader');
  });
});

/** A partition in ZooKeeper, the logs on the brokers, and controllers that come and go. */
class World {
  stored: PartitionAssignment;
  state: PartitionState;
  /** Brokers that have a log of the partition. */
  readonly logs: Set<number>;
  readonly live = new Set([1, 2, 3, 4, 5, 6]);
  private held: PartitionAssignment;
  private readonly epoch = controllerEpoch(1);

  constructor(replicas: readonly number[]) {
    this.stored = this.held = assigned(replicas);
    const state = firstState(replicas, this.live, this.epoch);
    if (!state) throw new Error('nobody lives');
    this.state = state;
    this.logs = new Set(replicas);
  }

  readonly canLead = (id: number) => this.live.has(id);

  /** Followers that live copy, and join the ISR. */
  catchUp(): void {
    const joined = this.held.replicas.filter((id) => this.live.has(id) && this.logs.has(id));
    if (this.state.leader < 0) return;
    this.state = { ...this.state, isr: [...new Set([...this.state.isr, ...joined])] };
  }

  /** @param steps after how many the controller dies */
  request(target: readonly number[] | null, steps = Infinity): void {
    const { held, state } = this;
    let next: PartitionAssignment;
    try {
      next = decideReassignment(target, { assignment: held, isr: state.isr }, this.canLead);
    } catch {
      return;
    }
    if (this.run(planUpdate(held, next, state.leader), steps)) this.proceed(steps);
  }

  /** What a new controller does, and what follows from a change of the ISR. */
  proceed(steps = Infinity): void {
    const { held, state, canLead } = this;
    if (isReadyToComplete(held, state.isr, canLead)) {
      this.run(planCompletion(held, state.leader, canLead), steps);
    } else {
      this.run(planCatchUp(held), steps);
    }
  }

  /** Another controller takes office: it knows what is in ZooKeeper. */
  failOver(): void {
    this.held = this.stored;
    for (const id of this.held.replicas) if (this.live.has(id)) this.logs.add(id);
    this.electIfNeeded();
    if (isBeingReassigned(this.held)) this.proceed();
  }

  private electIfNeeded(): void {
    if (!this.canLead(this.state.leader)) this.elect('offline');
  }

  private elect(strategy: 'offline' | 'reassignment'): boolean {
    const election = elect(strategy, {
      state: this.state,
      assignment: this.held,
      live: this.live,
      shuttingDown: new Set(),
      uncleanEnabled: false,
      controllerEpoch: this.epoch,
    });
    if (election.elected) this.state = election.state;
    return election.elected;
  }

  /** @returns whether all was done */
  private run(plan: readonly ReassignmentStep[], steps: number): boolean {
    const { held } = this;
    for (const step of plan) {
      if (steps-- <= 0) return false;
      if (!this.do(step)) {
        this.held = held;
        return false;
      }
      this.check();
    }
    return true;
  }

  private do(step: ReassignmentStep): boolean {
    switch (step.type) {
      case 'store-assignment':
        this.stored = this.held = step.assignment;
        return true;
      case 'assume-assignment':
        this.held = step.assignment;
        return true;
      case 'elect-leader':
        return this.elect(step.strategy as 'offline' | 'reassignment');
      case 'raise-leader-epoch':
        this.state = withRaisedEpoch(this.state, this.epoch);
        for (const id of step.newReplicas) if (this.live.has(id)) this.logs.add(id);
        return true;
      case 'remove-replicas':
        this.state = withoutReplicas(this.state, new Set(step.brokers), this.epoch) ?? this.state;
        for (const id of step.brokers) this.logs.delete(id);
        return true;
      default:
        return true;
    }
  }

  /** Somebody in sync has its log, whoever leads is one of them, and all of them are on record. */
  check(): void {
    const { leader, isr } = this.state;
    expect(this.stored.replicas).toEqual(expect.arrayContaining([...isr]));
    expect(isr.some((id) => this.logs.has(id))).toBe(true);
    if (leader >= 0) {
      expect(isr).toContain(leader);
      expect(this.logs.has(leader)).toBe(true);
    }
  }
}

describe('a reassignment', () => {
  const brokers = [1, 2, 3, 4, 5, 6];
  const lists = fc.shuffledSubarray(brokers, { minLength: 1, maxLength: 3 });

  it('takes the way that Kafka describes', () => {
    const world = new World([1, 2, 3]);
    world.request([4, 5, 6]);
    expect(world.stored.replicas).toEqual([4, 5, 6, 1, 2, 3]);
    expect(world.state).toMatchObject({ leader: 1, isr: [1, 2, 3], leaderEpoch: 1 });
    world.catchUp();
    world.proceed();
    expect(world.stored).toEqual(assigned([4, 5, 6]));
    expect(world.state).toMatchObject({ leader: 4, isr: [4, 5, 6] });
    expect([...world.logs].sort()).toEqual([4, 5, 6]);
  });

  it('ends at its target although controllers die after any step', () => {
    fc.assert(
      fc.property(lists, lists, fc.nat(8), fc.nat(8), (from, to, first, second) => {
        const world = new World(from);
        world.request(to, first);
        world.failOver();
        const begun = first > 0;
        world.catchUp();
        if (isBeingReassigned(world.stored)) world.proceed(second);
        world.failOver();
        world.catchUp();
        if (isBeingReassigned(world.stored)) world.proceed();
        if (begun) expect(world.stored).toEqual(assigned(to));
        expect(isBeingReassigned(world.stored)).toBe(false);
        expect(world.stored.replicas).toContain(world.state.leader);
      }),
      { numRuns: 200 },
    );
  });

  it('never deletes the last copy, whatever brokers and controllers do', () => {
    const acts = fc.oneof(
      fc.record({
        act: fc.constant('request' as const),
        target: fc.option(lists),
        steps: fc.nat(8),
      }),
      fc.record({ act: fc.constant('proceed' as const), steps: fc.nat(8) }),
      fc.record({ act: fc.constant('fail-over' as const) }),
      fc.record({ act: fc.constant('catch-up' as const) }),
      fc.record({ act: fc.constant('broker' as const), id: fc.constantFrom(...brokers) }),
    );
    fc.assert(
      fc.property(lists, fc.array(acts, { maxLength: 30 }), (from, history) => {
        const world = new World(from);
        for (const one of history) {
          if (one.act === 'request') {
            world.request(one.target, one.steps);
            if (one.steps < Infinity) world.failOver();
          } else if (one.act === 'proceed') {
            world.proceed(one.steps);
            world.failOver();
          } else if (one.act === 'fail-over') world.failOver();
          else if (one.act === 'catch-up') world.catchUp();
          else toggle(world, one.id);
          world.check();
        }
      }),
      { numRuns: 200 },
    );
  });

  /** A broker dies, or comes back. */
  function toggle(world: World, id: number): void {
    if (world.live.delete(id)) {
      world.state = withoutReplicas(world.state, new Set([id]), controllerEpoch(1)) ?? world.state;
    } else {
      world.live.add(id);
    }
    world.failOver();
  }
});
