import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Clock, TimerHandle } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import type { Logger } from '../../../client/runtime/logger';
import { CommittedOffsets } from './committed-offsets';
import { CONSUMER_PROTOCOL, subscribedTopics } from './consumer-topics';
import { GroupMember, type JoinOutcome } from './group-member';
import { GroupRoster } from './group-roster';
import { assertTransition, type GroupState } from './group-states';
import type { GroupClaim } from './group-storage';
import type { StoredGroup } from './stored-group';

/** The configs of groups; asked for each time, since they may change. */
export interface GroupConfigs {
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** Milliseconds a new group waits for more members. */
  readonly initialRebalanceDelayMs: number;
  readonly maxSize: number;
  readonly offsetsRetentionMs: number;
}

export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new random id for members. */
  readonly newId: () => string;
  readonly configs: () => GroupConfigs;
}

/** Who has never joined before and waits for the others is given up after this. */
const NEW_MEMBER_JOIN_MS = 5 * 60_000;
/** Milliseconds after which it is looked again whether assignments are stored. */
const STORE_AGAIN_MS = 1000;

/** A rebalance that is waiting for members. */
interface Gathering {
  /** When it goes on with those who have come. */
  deadline: number;
  /** Of a new group: more members may come; how much longer it may be put off for them. */
  remainingMs: number | undefined;
  newcomers: boolean;
}

/**
 * One group, in memory, as its coordinator holds it: members, generation and state, what moves it
 * from state to state, and who waits for that (Kafka's GroupMetadata and GroupCoordinator). Nothing
 * here waits for the storage but what is stored: heartbeats are answered while a write is under way.
 */
export class Group {
  private current: GroupState = 'Empty';
  readonly roster = new GroupRoster();
  generation = 0;
  protocolType: string | null = null;
  protocol: string | null = null;
  /** When it came into its state, milliseconds since 1970. */
  since: number;
  readonly offsets: CommittedOffsets;
  /** Monotonic time of the last request. */
  lastUsed: number;
  private gathering: Gathering | undefined;
  /** When members that have not asked for their assignment are given up. */
  private syncDeadline = Infinity;
  private timer: TimerHandle | undefined;
  private timerAt = Infinity;
  /** Generation whose assignments were last on their way to the storage; undefined when they came. */
  private storing: number | undefined;
  /** Changes of offsets on their way to the storage. */
  offsetWrites = 0;

  constructor(
    readonly claim: GroupClaim,
    readonly environment: GroupEnvironment,
  ) {
    const { group, offsets } = claim.snapshot;
    this.offsets = new CommittedOffsets(offsets);
    this.since = group?.since ?? environment.clock.now();
    this.lastUsed = environment.clock.monotonic();
    if (group) this.takeUp(group);
  }

  get id(): string {
    return this.claim.groupId;
  }

  get state(): GroupState {
    return this.current;
  }

  /** Whether there is nothing to remember of it. */
  get isVoid(): boolean {
    return this.current === 'Empty' && this.offsets.isEmpty && this.roster.pending.size === 0;
  }

  /** @throws ProtocolError when this broker may not decide at this moment */
  assertInCharge(): void {
    if (this.current === 'Dead') throw new ProtocolError('NOT_COORDINATOR');
    if (!this.claim.isHeld) {
      throw new ProtocolError(
        'COORDINATOR_NOT_AVAILABLE',
        'The coordinator has lost touch with ZooKeeper.',
      );
    }
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

  /** A member has been heard of. */
  touch(member: GroupMember): void {
    member.alive(this.environment.clock.monotonic());
    this.arm();
  }

  /** Gives an id away, to be joined with before a session is over. */
  addPending(memberId: string, sessionTimeoutMs: number): void {
    this.roster.pending.set(memberId, this.environment.clock.monotonic() + sessionTimeoutMs);
    this.arm();
  }

  removePending(memberId: string): void {
    if (this.roster.pending.delete(memberId)) this.reconsider();
  }

  /** A member comes for the rebalance that it brings about or that is under way. */
  gather(member: GroupMember, reason: string): Promise<JoinOutcome> {
    const outcome = new Promise<JoinOutcome>((resolve, reject) => {
      member.refuseJoin(new ProtocolError('REBALANCE_IN_PROGRESS'));
      member.joining = { resolve, reject };
    });
    const now = this.environment.clock.monotonic();
    if (member.isNew) member.deadline = now + NEW_MEMBER_JOIN_MS;
    if (this.gathering && member.isNew) this.gathering.newcomers = true;
    this.rebalance(reason);
    return outcome;
  }

  /** Begins a rebalance, unless one is gathering members already. */
  rebalance(reason: string): void {
    if (this.current !== 'PreparingRebalance') this.beginRebalance(reason);
    this.reconsider();
  }

  /** Takes a member out; the others share what it had. */
  removeMember(member: GroupMember, reason: string): void {
    const gone = new ProtocolError(
      'UNKNOWN_MEMBER_ID',
      `The member is out of the group: ${reason}.`,
    );
    member.refuseJoin(gone);
    member.refuseSync(gone);
    this.roster.remove(member);
    this.log('group-member-removed', `${member.memberId} is out of group ${this.id}: ${reason}.`, {
      member: member.memberId,
      reason,
    });
    if (this.current === 'Stable' || this.current === 'CompletingRebalance') this.rebalance(reason);
    else this.reconsider();
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

  /** The leader has brought assignments: stored, they are told to all. */
  async assign(assignments: ReadonlyMap<string, Buffer>): Promise<void> {
    const { generation } = this;
    // Those of a generation that is over may still be on their way: they do not matter any more.
    if (this.storing === generation) return;
    this.storing = generation;
    const members = this.roster.all;
    for (const member of members) {
      member.assignment = assignments.get(member.memberId) ?? Buffer.alloc(0);
    }
    let failure: unknown;
    try {
      await this.claim.saveGroup(this.snapshot('Stable'));
    } catch (error) {
      failure = error;
    }
    if (this.storing === generation) this.storing = undefined;
    // Meanwhile another rebalance may have begun, or the group have been lost.
    if (this.current !== 'CompletingRebalance' || this.generation !== generation) return;
    if (failure === undefined) this.becomeStable();
    else this.giveUpAssignment(failure);
  }

  /** Stores the members as they are, in the generation they are in. */
  saveMembers(): Promise<void> {
    return this.claim.saveGroup(this.snapshot('Stable'));
  }

  /** It is over here: deleted, or somebody else's. Whoever waits is told. */
  end(error: Error): void {
    if (this.current === 'Dead') return;
    this.current = 'Dead';
    this.disarm();
    for (const member of this.roster.all) {
      member.refuseJoin(error);
      member.refuseSync(error);
    }
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
      member.alive(this.environment.clock.monotonic());
    }
    if (group.leader !== null && this.roster.get(group.leader)) this.roster.leader = group.leader;
    this.current = 'Stable';
    this.arm();
  }

  private enter(state: GroupState): void {
    assertTransition(this.current, state);
    this.current = state;
    this.since = this.environment.clock.now();
  }

  private beginRebalance(reason: string): void {
    const isFirst = this.current === 'Empty';
    const now = this.environment.clock.monotonic();
    this.syncDeadline = Infinity;
    if (this.current === 'CompletingRebalance') this.refuseSyncs('REBALANCE_IN_PROGRESS');
    this.enter('PreparingRebalance');
    const timeoutMs = this.roster.rebalanceTimeoutMs;
    const delayMs = this.environment.configs().initialRebalanceDelayMs;
    this.gathering = isFirst
      ? {
          deadline: now + delayMs,
          remainingMs: Math.max(0, timeoutMs - delayMs),
          newcomers: false,
        }
      : { deadline: now + timeoutMs, remainingMs: undefined, newcomers: false };
    this.log('group-rebalance', `Group ${this.id} rebalances: ${reason}.`, { reason });
  }

  /** Goes on as soon as everybody has come; a new group waits for its time to be over. */
  private reconsider(): void {
    const { gathering } = this;
    if (this.current === 'PreparingRebalance' && gathering?.remainingMs === undefined) {
      if (this.roster.allHaveJoined) this.completeJoin();
    }
    this.arm();
  }

  private completeJoin(): void {
    const { roster, environment } = this;
    for (const member of roster.all) {
      if (member.joining || member.groupInstanceId !== null) continue;
      roster.remove(member);
      const reason = 'it has not joined the rebalance in time';
      this.log(
        'group-member-removed',
        `${member.memberId} is out of group ${this.id}: ${reason}.`,
        {
          member: member.memberId,
          reason,
        },
      );
    }
    const now = environment.clock.monotonic();
    if (roster.size > 0 && !roster.electJoined()) {
      // Only static members are left, and none has come: they have until their sessions are over.
      this.gathering = {
        deadline: now + roster.rebalanceTimeoutMs,
        remainingMs: undefined,
        newcomers: false,
      };
      return;
    }
    this.gathering = undefined;
    this.generation++;
    if (roster.size === 0) return this.becomeEmpty();
    this.protocol = roster.chosenProtocol();
    this.enter('CompletingRebalance');
    this.syncDeadline = now + roster.rebalanceTimeoutMs;
    for (const member of roster.all) {
      const { joining } = member;
      member.isNew = false;
      member.hasSynced = false;
      member.joining = undefined;
      if (!joining) continue;
      member.alive(now);
      joining.resolve(this.joinOutcome(member));
    }
  }

  private becomeEmpty(): void {
    this.protocol = null;
    this.enter('Empty');
    this.log('group-empty', `Group ${this.id} has no members any more.`);
    this.claim
      .saveGroup(this.snapshot('Empty'))
      .catch((error: unknown) =>
        this.environment.logger.warn(
          { event: 'group-store-failed', group: this.id, error: describeError(error) },
          `That group ${this.id} is empty could not be stored.`,
        ),
      );
  }

  private becomeStable(): void {
    this.enter('Stable');
    const now = this.environment.clock.monotonic();
    for (const member of this.roster.all) {
      const { syncing } = member;
      if (!syncing) continue;
      member.syncing = undefined;
      member.alive(now);
      const { protocolType, protocol } = this;
      syncing.resolve({ protocolType, protocol, assignment: member.assignment });
    }
    const members = this.roster.size;
    this.log('group-stable', `Group ${this.id} is stable with ${members} members.`, { members });
    this.arm();
  }

  private giveUpAssignment(failure: unknown): void {
    this.environment.logger.warn(
      { event: 'group-store-failed', group: this.id, error: describeError(failure) },
      `The assignments of group ${this.id} could not be stored.`,
    );
    for (const member of this.roster.all) {
      member.assignment = Buffer.alloc(0);
      member.hasSynced = false;
    }
    this.refuseSyncs('COORDINATOR_NOT_AVAILABLE');
    this.rebalance('its assignments could not be stored');
  }

  private refuseSyncs(code: 'REBALANCE_IN_PROGRESS' | 'COORDINATOR_NOT_AVAILABLE'): void {
    const now = this.environment.clock.monotonic();
    for (const member of this.roster.all) {
      if (member.syncing) member.alive(now);
      member.refuseSync(new ProtocolError(code));
    }
  }

  private membersForLeader(): JoinOutcome['members'] {
    return this.roster.all.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadata(this.protocol),
    }));
  }

  /** What is due at this time, and the timer for what comes next. */
  private onTimer(): void {
    this.timer = undefined;
    this.timerAt = Infinity;
    if (this.current === 'Dead') return;
    const now = this.environment.clock.monotonic();
    for (const [memberId, until] of [...this.roster.pending]) {
      if (until <= now) this.removePending(memberId);
    }
    for (const member of this.roster.all) {
      if (member.deadline > now || (member.isWaiting && !member.isNew)) continue;
      if (!this.claim.isHeld) {
        // Who gets no answer from this broker cannot be blamed for its silence.
        member.alive(now);
        continue;
      }
      this.removeMember(member, 'it was not heard of for longer than its session');
    }
    if (this.syncDeadline <= now) this.syncIsOver(now);
    if (this.gathering && this.gathering.deadline <= now) this.gatheringIsOver(this.gathering, now);
    this.arm();
  }

  /** Who has joined and never asks for its assignment is out. */
  private syncIsOver(now: number): void {
    const isStoring = this.storing === this.generation;
    this.syncDeadline = isStoring ? now + STORE_AGAIN_MS : Infinity;
    if (isStoring) return;
    const late = this.roster.all.filter(({ hasSynced }) => !hasSynced);
    for (const member of late) this.roster.remove(member);
    if (late.length === 0) return;
    this.rebalance(`${late.length} members have not asked for their assignment in time`);
  }

  private gatheringIsOver(gathering: Gathering, now: number): void {
    const { remainingMs, newcomers } = gathering;
    if (remainingMs !== undefined && newcomers && remainingMs > 0) {
      const delay = Math.min(this.environment.configs().initialRebalanceDelayMs, remainingMs);
      this.gathering = {
        deadline: now + delay,
        remainingMs: remainingMs - delay,
        newcomers: false,
      };
      return;
    }
    this.completeJoin();
  }

  /** One timer for whatever comes first; sessions are prolonged without touching it. */
  private arm(): void {
    if (this.current === 'Dead') return;
    let next = Math.min(this.syncDeadline, this.gathering?.deadline ?? Infinity);
    for (const until of this.roster.pending.values()) next = Math.min(next, until);
    for (const member of this.roster.all) {
      if (!member.isWaiting || member.isNew) next = Math.min(next, member.deadline);
    }
    if (next >= this.timerAt) return;
    this.disarm();
    if (next === Infinity) return;
    const { clock } = this.environment;
    this.timerAt = next;
    this.timer = clock.setTimeout(() => this.onTimer(), Math.max(0, next - clock.monotonic()));
  }

  private disarm(): void {
    if (this.timer !== undefined) this.environment.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAt = Infinity;
  }
}
