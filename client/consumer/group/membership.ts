import type { ConsumerAssignment } from '../../protocol/consumer-protocol';
import { decodeAssignment } from '../../protocol/consumer-protocol';
import { ProtocolError } from '../../protocol/protocol-error';
import { backoffMs } from '../../runtime/backoff';
import { deferred } from '../../runtime/deferred';
import { describeError } from '../../runtime/error';
import { Mailbox } from '../../runtime/mailbox';
import type { Cluster } from '../../network';
import type { PartitionAssignor, PartitionCounts } from './assignors/assignor';
import type { ConsumerEmitter, MemberFacts } from './consumer-events';
import type { GroupCoordinator } from './group-coordinator';
import type { ResolvedGroupOptions } from './group-options';
import { GroupRequests, type OfferedProtocol } from './group-requests';
import { Heartbeat } from './heartbeat';
import { assignAll, subscribedMembers, topicsOf } from './leader-assignment';
import { stranger, type Member } from './member';
import { beats, checkStep, mayCommit, type MembershipState } from './membership-state';
import { reactionToError } from './reaction';
import { flattened } from './topic-partitions';

/** A generation that the member is in. */
export interface JoinedGeneration {
  readonly member: Member;
  readonly assignment: ConsumerAssignment;
  readonly assignor: PartitionAssignor;
  /** Whether it follows the one before: nobody else can have had the member's partitions since. */
  readonly isNext: boolean;
}

/** The consumer around the membership. */
export interface MembershipHost {
  /**
   * What the member says of itself under each assignor.
   *
   * @param generationId the generation in which it got what it owns
   */
  offers(generationId: number): Promise<readonly OfferedProtocol[]>;
  /** Numbers of partitions of all topics of the group, which is told to its leader. */
  counts(topics: readonly string[]): Promise<PartitionCounts>;
  /** Gives up what must not be held while joining. */
  giveUp(): Promise<void>;
  /** Somebody else may have the partitions: nothing more of them may be handed out. */
  onLost(): void;
  /** Gives up what was lost, as soon as the application has finished what it has in hand. */
  giveUpLost(): Promise<void>;
  /**
   * Makes the assignment the consumer's own.
   *
   * @returns a reason to join again, if there is one
   */
  adopt(joined: JoinedGeneration): Promise<string | undefined>;
  /** Whether the application has not asked for anything for too long. */
  isOverdue(): boolean;
  /** The member cannot be in its group. */
  onFailure(error: Error): void;
  /** Commits may go out again. */
  onMayCommit(): void;
}

/** A member that leaves does not wait longer than this for the coordinator to hear of it. */
const LEAVE_MS = 5000;

/**
 * A consumer's membership in its group, as an actor: rebalances are done one after the other, each
 * to its end, beside whatever the application does; heartbeats go on meanwhile.
 */
export class Membership {
  private state: MembershipState = 'out';
  private current: Member = stranger;
  /** Generation of what the member owns. */
  private adopted = -1;
  private isLost = false;
  private reason: string | undefined;
  private readonly mailbox = new Mailbox<'rebalance'>(
    () => this.rebalance(),
    (error) => this.fail(error),
  );
  private readonly requests: GroupRequests;
  private readonly heartbeat: Heartbeat;
  private readonly closing = deferred();

  constructor(
    private readonly cluster: Cluster,
    coordinator: GroupCoordinator,
    private readonly options: ResolvedGroupOptions,
    private readonly host: MembershipHost,
    private readonly emitter: ConsumerEmitter,
  ) {
    this.requests = new GroupRequests(coordinator, options);
    this.heartbeat = new Heartbeat(cluster.options, options.heartbeatIntervalMs, {
      beat: () => this.beat(),
    });
  }

  get member(): Member {
    return this.current;
  }

  get facts(): MemberFacts {
    return { groupId: this.options.groupId, ...this.current };
  }

  /** Whether the member is in its group, or on its way there. */
  get isIn(): boolean {
    return this.state !== 'out' && this.state !== 'closed';
  }

  /** Whether a commit can be sent under {@link member} now. */
  get mayCommit(): boolean {
    return mayCommit[this.state] && this.current.generationId >= 0;
  }

  /** Whether the coordinator and the member ought to know of the same generation. */
  get isSettled(): boolean {
    return this.state === 'stable' || this.state === 'preparing';
  }

  /** Joins, or joins again. Many reasons at a time make one rebalance. */
  join(reason: string): void {
    if (this.state === 'closed') return;
    const isAsked = this.reason !== undefined;
    this.reason ??= reason;
    if (!isAsked) this.mailbox.put('rebalance');
  }

  /**
   * The coordinator does not know this member, or not in its generation. What it had may belong to
   * somebody else by now.
   */
  lose(reaction: 'lost-generation' | 'lost-membership', why: string): void {
    const { memberId } = this.current;
    this.current = reaction === 'lost-generation' ? { memberId, generationId: -1 } : stranger;
    this.isLost = true;
    this.host.onLost();
    this.cluster.options.logger.warn(
      { event: 'membership-lost', group: this.options.groupId, member: memberId },
      `The membership in group ${this.options.groupId} is lost: ${why}`,
    );
  }

  /** Leaves the group, if it is a dynamic member. Does not join any more. */
  async close(): Promise<void> {
    if (this.state === 'closed') return;
    const { current } = this;
    this.step('closed');
    this.heartbeat.stop();
    this.closing.resolve();
    await this.leave(current, 'the consumer is being closed');
  }

  /** Leaves the group until {@link join} is called. */
  private goOut(why: string): void {
    const { current } = this;
    this.lose('lost-membership', why);
    this.heartbeat.stop();
    if (this.state === 'stable') this.step('out');
    void this.leave(current, why);
  }

  private async leave(member: Member, reason: string): Promise<void> {
    if (member.memberId === '' || this.options.groupInstanceId !== null) return;
    try {
      await this.requests.leave(member, reason, LEAVE_MS);
    } catch (error) {
      this.cluster.options.logger.info(
        { event: 'leave-failed', group: this.options.groupId, err: error },
        `The coordinator was not told that a member left: ${describeError(error)}`,
      );
    }
  }

  private async rebalance(): Promise<void> {
    const { reason } = this;
    if (reason === undefined || this.isClosed()) return;
    const begin = this.cluster.options.clock.monotonic();
    this.step('preparing');
    this.emitter.emit('rebalancing', { ...this.facts, reason });
    if (!this.isLost) await this.untilClosed(this.host.giveUp());
    const joined = await this.joinAndSync(reason);
    if (!joined) return;
    const { assignment, leaderId, assignor, member } = joined;
    this.step('stable');
    this.adopted = member.generationId;
    this.emitter.emit('group-join', {
      ...this.facts,
      leaderId,
      isLeader: leaderId === member.memberId,
      protocol: assignor.name,
      assignment: flattened(assignment.topicPartitions),
      durationMs: this.cluster.options.clock.monotonic() - begin,
    });
    // What is given up is given up only when whoever commits it in the application is done.
    this.host.onMayCommit();
    const again = await this.untilClosed(this.host.adopt(joined));
    if (again !== undefined) this.join(again);
  }

  /** Until it has succeeded; undefined when the member was closed meanwhile. */
  private async joinAndSync(reason: string) {
    for (let failures = 0; ;) {
      if (this.isLost) await this.untilClosed(this.giveUpLost());
      if (this.isClosed()) return undefined;
      try {
        return await this.round(reason);
      } catch (error) {
        if (this.isClosed()) return undefined;
        const reaction = reactionToError(error);
        if (reaction === 'fail') throw error;
        if (reaction === 'lost-generation' || reaction === 'lost-membership') {
          this.lose(reaction, describeError(error));
        }
        if (reaction !== 'take-id') await this.backOff(failures++, error);
      }
    }
  }

  private async giveUpLost(): Promise<void> {
    this.isLost = false;
    this.adopted = -1;
    await this.host.giveUpLost();
  }

  /** One attempt. @throws ProtocolError; what keeps an answer from coming */
  private async round(reason: string) {
    const offers = await this.host.offers(this.adopted);
    if (this.isClosed()) return undefined;
    this.step('joining');
    // What comes up from here on is not in this round.
    this.reason = undefined;
    const reply = await this.untilClosed(this.requests.join(this.current, offers, reason));
    if (!reply) return undefined;
    const refusal = ProtocolError.fromCode(reply.errorCode);
    if (refusal?.code === 'MEMBER_ID_REQUIRED') {
      this.current = { memberId: reply.memberId, generationId: -1 };
    }
    if (refusal) throw refusal;
    if (this.isClosed()) return undefined;
    const { memberId, generationId, leader, protocolName, skipAssignment } = reply;
    const member = (this.current = { memberId, generationId });
    this.step('syncing');
    this.heartbeat.start();
    const assignor = this.options.partitionAssignors.find(({ name }) => name === protocolName);
    if (!assignor) throw new ProtocolError('INCONSISTENT_GROUP_PROTOCOL');
    const isToAssign = leader === memberId && !skipAssignment;
    const shares = isToAssign ? await this.assign(assignor, reply.members) : [];
    const bytes = await this.sync(member, assignor.name, shares);
    if (!bytes || this.isClosed()) return undefined;
    // A heartbeat may have brought bad news meanwhile.
    if (this.isLost) throw new ProtocolError('ILLEGAL_GENERATION');
    const isNext = this.adopted >= 0 && generationId === this.adopted + 1;
    return { member, assignment: decodeAssignment(bytes), assignor, isNext, leaderId: leader };
  }

  private async assign(
    assignor: PartitionAssignor,
    joined: Parameters<typeof subscribedMembers>[0],
  ) {
    const members = subscribedMembers(joined);
    const counts = await this.host.counts(topicsOf(members));
    return assignAll(assignor, counts, members);
  }

  /** A coordinator that takes over knows the generation if it was decided, and says so if not. */
  private async sync(
    member: Member,
    protocol: string,
    shares: Awaited<ReturnType<typeof assignAll>>,
  ) {
    for (let failures = 0; ; failures++) {
      try {
        return await this.untilClosed(this.requests.sync(member, protocol, shares));
      } catch (error) {
        const reaction = reactionToError(error);
        if (reaction !== 'find-coordinator' && reaction !== 'repeat') throw error;
        await this.backOff(failures, error);
        if (this.isClosed()) return undefined;
      }
    }
  }

  private async beat(): Promise<boolean> {
    const { current, state } = this;
    if (!beats[state] || current.generationId < 0) return false;
    if (this.host.isOverdue()) {
      const { maxPollIntervalMs } = this.options;
      this.cluster.options.logger.error(
        { event: 'max-poll-interval-exceeded', group: this.options.groupId, maxPollIntervalMs },
        `The application has not asked for records for ${maxPollIntervalMs} ms, so the consumer leaves group ${this.options.groupId}; it joins again when it is asked. Raise maxPollIntervalMs or lower maxPollRecords if this is how long the work takes.`,
      );
      this.goOut(`nothing was asked for within ${maxPollIntervalMs} ms`);
      return false;
    }
    const { clock } = this.cluster.options;
    const begin = clock.monotonic();
    try {
      await this.requests.heartbeat(current);
      this.emitter.emit('heartbeat', { ...this.facts, durationMs: clock.monotonic() - begin });
      return false;
    } catch (error) {
      // An answer to what the member was before says nothing about what it is now.
      return current === this.current && this.onHeartbeatFailed(error);
    }
  }

  private onHeartbeatFailed(error: unknown): boolean {
    const reaction = reactionToError(error);
    switch (reaction) {
      case 'repeat':
      case 'find-coordinator':
        return true;
      case 'rejoin':
        if (this.state === 'stable') this.join('the group is rebalancing');
        return false;
      case 'lost-generation':
      case 'lost-membership':
        this.lose(reaction, describeError(error));
        if (this.state === 'stable') this.join('the membership was lost');
        return false;
      case 'take-id':
      case 'fail':
        // A rebalance under way meets the same and reports it.
        if (this.state === 'stable') this.fail(error);
        return false;
    }
  }

  /** The application must hear of it; it may try again. */
  private fail(error: unknown): void {
    if (this.isClosed()) return;
    if (this.current.generationId >= 0) this.lose('lost-generation', describeError(error));
    this.heartbeat.stop();
    this.reason = undefined;
    if (this.state !== 'out') this.step('out');
    const known = error instanceof Error ? error : new Error(describeError(error));
    this.host.onFailure(known);
  }

  private async backOff(failures: number, error: unknown): Promise<void> {
    const { clock, random, retry, logger } = this.cluster.options;
    logger.info(
      { event: 'join-repeated', group: this.options.groupId, err: error },
      `Joining group ${this.options.groupId} is repeated: ${describeError(error)}`,
    );
    const backoff = { initialMs: retry.initialRetryTime, maxMs: retry.maxRetryTime };
    const over = deferred();
    const timer = clock.setTimeout(over.resolve, backoffMs(backoff, failures, random));
    await this.untilClosed(over.promise);
    clock.clearTimeout(timer);
  }

  /** The outcome, or undefined as soon as the member is closed. */
  private untilClosed<T>(promise: Promise<T>): Promise<T | undefined> {
    return Promise.race([promise, this.closing.promise.then(() => undefined)]);
  }

  private isClosed(): boolean {
    return this.state === 'closed';
  }

  private step(to: MembershipState): void {
    if (this.state === to) return;
    checkStep(this.state, to);
    this.state = to;
  }
}
