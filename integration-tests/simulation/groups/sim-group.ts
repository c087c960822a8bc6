import type { SeededRandom } from '../../harness/seeded-random';
import type { Simulation } from '../cluster/simulation';
import { GroupFacts } from './group-facts';
import { SimMember } from './sim-member';

/** How one group works. */
export interface GroupPlan {
  readonly groupId: string;
  readonly assignor: 'range' | 'cooperative-sticky';
  readonly commitsItself: boolean;
  /** Its members are static: each has an instance id, which the next of its place takes over. */
  readonly isStatic: boolean;
  /** Members at the beginning. */
  readonly members: number;
}

export interface SimGroupOptions {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly topic: string;
  readonly partitions: number;
  readonly plan: GroupPlan;
  /** Records below have been deleted on purpose. */
  readonly deletedBelow: (partition: number) => number;
}

const MOST_MEMBERS = 4;

/** A group, with members that come and go. */
export class SimGroup {
  readonly facts: GroupFacts;
  private readonly members: SimMember[] = [];
  /** By instance id, the member that has it. */
  private readonly places = new Map<string, SimMember>();

  constructor(private readonly options: SimGroupOptions) {
    const { simulation, plan, partitions } = options;
    this.facts = new GroupFacts(plan.groupId, partitions, () => simulation.world.now);
  }

  get id(): string {
    return this.options.plan.groupId;
  }

  /** Members that have not ended and do not want to. */
  get living(): SimMember[] {
    return this.members.filter(({ lives }) => lives);
  }

  /** Those of them that are not stopped. */
  get awake(): SimMember[] {
    return this.living.filter(({ isPaused }) => !isPaused);
  }

  /** How far everything has been handled. */
  handled(partition: number): number {
    return this.facts.handled[partition]?.prefix ?? 0;
  }

  start(): void {
    for (let i = 0; i < this.options.plan.members; i++) this.add();
  }

  /** Another member comes, if there is room for it. */
  add(): SimMember | undefined {
    const { simulation, random, plan, topic, deletedBelow } = this.options;
    if (this.living.length >= MOST_MEMBERS) return undefined;
    const name = `${plan.groupId}-member-${this.members.length + 1}`;
    const instanceId = plan.isStatic ? this.freePlace() : undefined;
    const member = new SimMember({
      client: simulation.process(name),
      world: simulation.world,
      trace: simulation.trace,
      random,
      facts: this.facts,
      groupId: plan.groupId,
      topic,
      assignor: plan.assignor,
      commitsItself: plan.commitsItself,
      instanceId,
      deletedBelow,
      onFenced: () => {
        simulation.trace.line(`${name} is fenced`);
        this.add();
      },
    });
    this.members.push(member);
    if (instanceId !== undefined) this.places.set(instanceId, member);
    simulation.trace.line(`${name} comes`);
    member.start();
    return member;
  }

  private freePlace(): string {
    for (let place = 1; ; place++) {
      const instanceId = `${this.id}-place-${place}`;
      if (this.places.get(instanceId)?.hasEnded !== false) return instanceId;
    }
  }
}
