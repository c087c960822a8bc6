import { Kafka } from '../../../client';
import type { Stage } from '../drill';
import { GroupMember, verifiableConsumer } from './group-member';
import { groupProblems } from './judge-group';

const GROUP = 'drilled';

/** Consumers of the main topic that share a group, each a process, and what they were told. */
export class GroupLoad {
  readonly members: GroupMember[] = [];

  constructor(private readonly stage: Stage) {}

  /** Members that run and do not stand still. */
  get awake(): GroupMember[] {
    return this.members.filter((member) => member.lives && !member.isPaused);
  }

  add(): GroupMember {
    const { cluster, workload, tell } = this.stage;
    const name = `member-${this.members.length}`;
    const member = new GroupMember(
      name,
      verifiableConsumer(cluster.bootstrap, workload.topic, GROUP),
    );
    this.members.push(member);
    tell(`${name} comes`);
    return member;
  }

  /** Resolves when the group is stable, with as many members as are awake. */
  untilStable(limitMs?: number): Promise<void> {
    return this.stage.until(
      'the group is stable',
      async () => {
        const described = await this.describe();
        return described.state === 'Stable' && described.members.length === this.awake.length;
      },
      limitMs,
    );
  }

  /** The broker that coordinates the group. */
  async coordinator(): Promise<number> {
    return (await this.describe()).coordinator?.nodeId ?? -1;
  }

  /** Partitions that were taken from members, so far. */
  get revocations(): number {
    return this.count('partitions_revoked');
  }

  /** Commits that succeeded, so far. */
  get commits(): number {
    return this.members
      .flatMap(({ events }) => events)
      .filter(({ name, success }) => name === 'offsets_committed' && success).length;
  }

  count(event: string): number {
    return this.members.flatMap(({ events }) => events).filter(({ name }) => name === event).length;
  }

  /** Has the members read everything there is, and judges what they have told. */
  async judge(): Promise<string[]> {
    const { workload, until, note } = this.stage;
    const { topic, shape, history } = workload;
    const acked = Array.from({ length: shape.partitions }, (_, index) =>
      history.partition(`${topic}-${index}`).acks.map(({ offset }) => offset),
    );
    let problems: string[] = [];
    await until('the group has read everything', () => {
      problems = groupProblems(this.members, acked);
      return !problems.some((problem) => problem.includes('went to no member'));
    }).catch(() => {});
    for (const { name, endedUnasked } of this.members) {
      if (endedUnasked !== undefined)
        problems.push(`${name} ended by itself, with ${endedUnasked}`);
    }
    await Promise.all(this.awake.map((member) => member.stop()));
    note(
      `members ${this.members.length}, assignments ${this.count('partitions_assigned')}, commits ${this.commits}`,
    );
    if (problems.length > 0) this.tellAll();
    return problems;
  }

  /** What members have told, for whoever looks for the reason. */
  private tellAll(): void {
    for (const { name: member, events, complaints } of this.members) {
      for (const { name, timestamp, ...facts } of events) {
        if (name === 'record_data') continue;
        const at = new Date(timestamp).toISOString();
        this.stage.tell(`${member} at ${at}: ${name} ${JSON.stringify(facts)}`);
      }
      for (const line of complaints) this.stage.tell(`${member} complained: ${line}`);
    }
  }

  private async describe() {
    const admin = new Kafka({ brokers: this.stage.cluster.bootstrap }).admin();
    try {
      const [described] = await admin.describeGroups([GROUP]);
      return described!;
    } finally {
      await admin.close();
    }
  }
}
