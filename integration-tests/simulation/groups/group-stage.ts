import type { History } from '../../../tools/drill/checker/history';
import { SeededRandom } from '../../harness/seeded-random';
import type { BrokerEvent } from '../cluster/event-watch';
import type { Simulation } from '../cluster/simulation';
import { groupProblems } from './judge-groups';
import { SimGroup, type GroupPlan } from './sim-group';
import { SESSION_MS, type SimMember } from './sim-member';

export interface GroupStageOptions {
  readonly simulation: Simulation;
  readonly seed: number;
  readonly plans: readonly GroupPlan[];
  readonly history: History;
  readonly topic: string;
  readonly partitions: number;
  readonly deletedBelow: (partition: number) => number;
}

/** Within so long after the last fault the groups are in order again, and have read everything. */
const SETTLED_MS = 60_000;
/** A group that has not changed for so long will not any more: nobody's session is running out. */
const QUIET_MS = SESSION_MS + 2000;
/** A heartbeat that a coordinator has answered because its group loads slowly is not older. */
const UNDER_WAY_MS = 2000;
const FEWEST_MEMBERS = 2;
const LOOK_EVERY_MS = 100;

/** The groups of one schedule, and what is demanded of them. */
export class GroupStage {
  readonly problems: string[] = [];
  readonly groups: readonly SimGroup[];

  constructor(private readonly options: GroupStageOptions) {
    const { simulation, seed, plans, topic, partitions, deletedBelow } = options;
    this.groups = plans.map((plan, index) => {
      const random = new SeededRandom(seed * 31 + 101 + index);
      return new SimGroup({ simulation, random, topic, partitions, plan, deletedBelow });
    });
  }

  /** How far all groups have handled a partition. */
  handled(partition: number): number {
    return Math.min(Infinity, ...this.groups.map((group) => group.handled(partition)));
  }

  /** A line of a broker's log. */
  heard({ event, group, member, reason }: BrokerEvent): void {
    const facts = this.groups.find(({ id }) => id === group)?.facts;
    if (!facts) return;
    if (event === 'group-load-slow') facts.loadsSlowly(UNDER_WAY_MS);
    if (event === 'group-loaded') facts.loaded();
    if (event !== 'group-member-removed' || member === undefined) return;
    if (reason?.startsWith('it was not heard of') !== true) return;
    facts.removals.push({ memberId: member, at: this.options.simulation.world.now });
  }

  start(): void {
    for (const group of this.groups) group.start();
  }

  /** Everybody goes on, and those who are missing come. */
  heal(): void {
    for (const group of this.groups) {
      for (const member of group.living) member.resume();
      while (group.living.length < FEWEST_MEMBERS) group.add();
    }
  }

  /**
   * The coordinator of a group dies while nothing else is wrong: its members go on in the same
   * generation, and so do those of all other groups.
   */
  async failOver(): Promise<void> {
    const { simulation } = this.options;
    const [group] = this.groups;
    if (!group) return;
    if (!(await this.quiet())) return;
    const id = simulation.groups.coordinator(group.id);
    const broker = simulation.brokers.find((one) => one.id === id);
    if (!broker) {
      // Whoever coordinates it without a claim stays unnoticed as long as nobody asks another broker.
      if (group.facts.unaware.length > 0) return;
      this.problems.push(`${group.id}: nobody coordinates it, though it is stable`);
      return;
    }
    const before = this.standing();
    const killedAt = simulation.world.now;
    simulation.trace.line(`${broker.name} is killed, all else is well`);
    broker.kill();
    const heardOf = (member: SimMember, one: SimGroup) =>
      one.facts.beats.some(({ member: name, sent }) => name === member.name && sent > killedAt);
    const isTakenOver = () =>
      simulation.groups.coordinator(group.id) !== undefined &&
      simulation.groups.coordinator(group.id) !== id &&
      this.groups.every((one) => one.living.every((member) => heardOf(member, one)));
    const went = await simulation.pass(SETTLED_MS, isTakenOver);
    if (!went) this.problems.push(`${group.id}: nobody took over from broker ${id}`);
    await simulation.pass(SESSION_MS);
    const after = this.standing();
    if (after !== before) {
      this.problems.push(
        `the death of a coordinator moved partitions: ${before} before, ${after} after`,
      );
    }
    broker.start();
  }

  /** Every record goes to some member of each group, and what was handled is committed. */
  async drain(acked: readonly (readonly number[])[]): Promise<void> {
    const { simulation } = this.options;
    const isRead = () =>
      this.groups.every(({ facts }) =>
        acked.every((offsets, partition) =>
          offsets.every((offset) => facts.handled[partition]!.has(offset)),
        ),
      );
    // What is missing is told by the judge.
    await simulation.pass(SETTLED_MS, isRead);
    await this.quiet();
    const leaving = this.groups.flatMap((group) => group.living.map((member) => member.leave()));
    await simulation.perform(SETTLED_MS, () => Promise.all(leaving));
  }

  judge(acked: readonly (readonly number[])[]): string[] {
    const { groups } = this.options.simulation;
    return [
      ...this.problems,
      ...groups.problems,
      ...this.groups.flatMap(({ id, facts }) =>
        groupProblems(facts, groups.generations(id), acked),
      ),
    ];
  }

  /** Passes time until nothing moves any more in any group. */
  private async quiet(): Promise<boolean> {
    const { simulation } = this.options;
    const until = simulation.world.now + SETTLED_MS;
    let [last, since] = ['', simulation.world.now];
    while (simulation.world.now < until) {
      const now = this.standing();
      if (now !== last || !this.allAreIn()) [last, since] = [now, simulation.world.now];
      if (simulation.world.now - since >= QUIET_MS) return true;
      await simulation.pass(LOOK_EVERY_MS);
    }
    this.problems.push(`The groups do not come to rest: ${this.standing()}`);
    return false;
  }

  private allAreIn(): boolean {
    const { groups } = this.options.simulation;
    return this.groups.every(({ id, living, facts }) => {
      const stored = groups.generations(id).at(-1)?.generation;
      const owned = facts.tenures.filter(({ until }) => until === Infinity);
      return (
        owned.length === facts.handled.length &&
        living.every(({ knownGeneration }) => knownGeneration === stored)
      );
    });
  }

  /** Generations and owners, as text. */
  private standing(): string {
    return this.groups
      .map(({ id, living, facts }) => {
        const members = living.map(({ name, knownGeneration }) => {
          const owned = facts.tenures.filter(
            (one) => one.member === name && one.until === Infinity,
          );
          const partitions = owned.map(({ partition, from }) => `${partition} since ${from}`);
          return `${name} in ${knownGeneration} [${partitions.join()}]`;
        });
        return `${id}: ${members.join(', ')}`;
      })
      .join('; ');
  }
}
