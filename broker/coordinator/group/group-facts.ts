import { CommittedOffsets } from './committed-offsets';
import { CONSUMER_PROTOCOL, subscribedTopics } from './consumer-topics';
import type { GroupEnvironment } from './group-environment';
import { GroupMember, type JoinOutcome } from './group-member';
import { GroupRoster } from './group-roster';
import { assertTransition, type GroupState } from './group-states';
import type { GroupClaim } from './group-storage';
import type { StoredGroup } from './stored-group';

/** What is true of a group at this moment: its state, generation, members and offsets. */
export class GroupFacts {
  private current: GroupState = 'Empty';
  readonly roster = new GroupRoster();
  generation = 0;
  protocolType: string | null = null;
  protocol: string | null = null;
  readonly offsets: CommittedOffsets;
  private enteredAt: number;

  constructor(
    readonly claim: GroupClaim,
    readonly environment: GroupEnvironment,
  ) {
    const { group, offsets } = claim.snapshot;
    this.offsets = new CommittedOffsets(offsets);
    this.enteredAt = group?.since ?? environment.clock.now();
    if (group) this.takeUp(group);
  }

  get id(): string {
    return this.claim.groupId;
  }

  get state(): GroupState {
    return this.current;
  }

  /** When it came into its state, milliseconds since 1970. */
  get since(): number {
    return this.enteredAt;
  }

  /** Monotonic milliseconds. */
  get now(): number {
    return this.environment.clock.monotonic();
  }

  /** Whether there is nothing to remember of it. */
  get isVoid(): boolean {
    return this.current === 'Empty' && this.offsets.isEmpty && this.roster.pending.size === 0;
  }

  /** Whether it is here only because somebody has asked about it. */
  get isUnheardOf(): boolean {
    return this.isVoid && this.generation === 0 && !this.claim.snapshot.group;
  }

  enter(state: GroupState): void {
    assertTransition(this.current, state);
    this.current = state;
    this.enteredAt = this.environment.clock.now();
  }

  /** Topics that members read; undefined when they do not say so in the format of consumers. */
  subscribed(): ReadonlySet<string> | undefined {
    if (this.protocolType !== CONSUMER_PROTOCOL) return undefined;
    const topics = new Set<string>();
    for (const member of this.roster.all) {
      const theirs = subscribedTopics(member.metadata(this.protocol));
      if (!theirs) return undefined;
      for (const topic of theirs) topics.add(topic);
    }
    return topics;
  }

  /** What is answered to a member that has joined. */
  joinOutcome(member: GroupMember, skipAssignment = false): JoinOutcome {
    const leader = this.roster.leader ?? '';
    const leads = leader === member.memberId;
    return {
      memberId: member.memberId,
      generation: this.generation,
      protocolType: this.protocolType,
      protocol: this.protocol,
      leader,
      skipAssignment: skipAssignment && leads,
      members: leads ? this.membersForLeader() : [],
    };
  }

  snapshot(state: 'Empty' | 'Stable'): StoredGroup {
    const { generation, protocolType, protocol, since } = this;
    return {
      ...{ state, generation, protocolType, protocol, since },
      leader: this.roster.leader ?? null,
      members: this.roster.all.map((member) => member.toStored()),
    };
  }

  log(event: string, text: string, facts: object = {}): void {
    const { generation, state } = this;
    this.environment.logger.info({ event, group: this.id, generation, state, ...facts }, text);
  }

  /** Goes on where the last coordinator has left it: in its generation, everybody's session anew. */
  private takeUp(group: StoredGroup): void {
    this.generation = group.generation;
    this.protocolType = group.protocolType;
    this.protocol = group.protocol;
    if (group.state !== 'Stable' || group.members.length === 0) return;
    for (const stored of group.members) {
      const member = GroupMember.fromStored(stored);
      this.roster.add(member);
      member.alive(this.now);
    }
    if (group.leader !== null && this.roster.get(group.leader)) this.roster.leader = group.leader;
    this.current = 'Stable';
  }

  private membersForLeader(): JoinOutcome['members'] {
    return this.roster.all.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadata(this.protocol),
    }));
  }
}
