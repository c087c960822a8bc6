import { Alarm } from '../../../client/runtime/alarm';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { describeError } from '../../../client/runtime/error';
import type { GroupCounts } from './group-counts';
import type { GroupEnvironment } from './group-environment';
import { GroupFacts } from './group-facts';
import type { GroupMember, JoinOutcome } from './group-member';
import type { GroupClaim } from './group-storage';
import { JoinPhase, type JoinPhaseEnd } from './join-phase';
import { SyncPhase } from './sync-phase';

/** Who has never joined before and waits for the others is given up after this. */
const NEW_MEMBER_JOIN_MS = 5 * 60_000;

/**
 * One group, in memory, as its coordinator holds it: what moves it from state to state, and who
 * waits for that (Kafka's GroupMetadata and GroupCoordinator). Nothing here waits for the storage but
 * what is stored: heartbeats are answered while a write is under way.
 */
export class Group extends GroupFacts {
  /** Monotonic time of the last request. */
  lastUsed: number;
  /** Changes of offsets on their way to the storage. */
  offsetWrites = 0;
  private readonly joinPhase = new JoinPhase(this);
  private readonly syncPhase: SyncPhase;
  private readonly alarm: Alarm;

  constructor(claim: GroupClaim, environment: GroupEnvironment, counts: GroupCounts) {
    super(claim, environment);
    this.lastUsed = this.now;
    this.syncPhase = new SyncPhase(this, {
      onStable: () => {
        counts.completedRebalances++;
        this.arm();
      },
      onFailed: (reason) => this.rebalance(reason),
    });
    this.alarm = new Alarm(environment.clock, () => this.onTimer());
    this.arm();
  }

  /** @throws ProtocolError when this broker may not decide at this moment */
  assertInCharge(): void {
    if (this.state === 'Dead') throw new ProtocolError('NOT_COORDINATOR');
    if (!this.claim.isHeld) {
      throw new ProtocolError(
        'COORDINATOR_NOT_AVAILABLE',
        'The coordinator has lost touch with ZooKeeper.',
      );
    }
  }

  /** A member has been heard of: the timer may come too early for it, never too late. */
  touch(member: GroupMember): void {
    member.alive(this.now);
    this.alarm.by(member.deadline);
  }

  /** Gives an id away, to be joined with before a session is over. */
  addPending(memberId: string, sessionTimeoutMs: number): void {
    const until = this.now + sessionTimeoutMs;
    this.roster.pending.set(memberId, until);
    this.alarm.by(until);
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
    if (member.isNew) {
      member.deadline = this.now + NEW_MEMBER_JOIN_MS;
      this.joinPhase.newcomer();
    }
    this.rebalance(reason);
    return outcome;
  }

  /** Begins a rebalance, unless one is gathering members already. */
  rebalance(reason: string): void {
    if (this.state !== 'PreparingRebalance') {
      this.syncPhase.abandon();
      this.joinPhase.begin(reason);
    }
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
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') this.rebalance(reason);
    else this.reconsider();
  }

  /** The leader has brought assignments: stored, they are told to all. */
  assign(assignments: ReadonlyMap<string, Buffer>): Promise<void> {
    return this.syncPhase.assign(assignments);
  }

  /** Stores the members as they are, in the generation they are in. */
  saveMembers(): Promise<void> {
    return this.claim.saveGroup(this.snapshot('Stable'));
  }

  /** It is over here: deleted, or somebody else's. Whoever waits is told. */
  end(error: Error): void {
    if (this.state === 'Dead') return;
    this.enter('Dead');
    this.alarm.clear();
    for (const member of this.roster.all) {
      member.refuseJoin(error);
      member.refuseSync(error);
    }
  }

  private reconsider(): void {
    this.onJoinPhase(this.joinPhase.reconsider());
    this.arm();
  }

  private onJoinPhase(end: JoinPhaseEnd): void {
    if (end === 'joined') this.syncPhase.begin();
    else if (end === 'nobody') this.becomeEmpty();
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

  /** What is due at this time, and the timer for what comes next. */
  private onTimer(): void {
    if (this.state === 'Dead') return;
    const { now } = this;
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
    this.leaveOut(this.syncPhase.onTime(now));
    this.onJoinPhase(this.joinPhase.onTime(now));
    this.arm();
  }

  /** Members that have joined and not asked for their assignment. */
  private leaveOut(late: readonly GroupMember[]): void {
    for (const member of late) this.roster.remove(member);
    if (late.length === 0) return;
    this.rebalance(`${late.length} members have not asked for their assignment in time`);
  }

  /** One timer for whatever comes first; sessions are prolonged without touching it. */
  private arm(): void {
    if (this.state === 'Dead') return;
    let next = Math.min(this.syncPhase.deadline, this.joinPhase.deadline);
    for (const until of this.roster.pending.values()) next = Math.min(next, until);
    for (const member of this.roster.all) {
      if (!member.isWaiting || member.isNew) next = Math.min(next, member.deadline);
    }
    this.alarm.by(next);
  }
}
