import { ProtocolError } from '../../../client/protocol/protocol-error';
import { describeError } from '../../../client/runtime/error';
import type { GroupFacts } from './group-facts';
import type { GroupMember } from './group-member';

/** Milliseconds after which it is looked again whether assignments are stored. */
const STORE_AGAIN_MS = 1000;

export interface SyncPhaseEvents {
  /** The assignments are stored: everybody may have its own. */
  onStable(): void;
  /** @param reason why the members have to join again */
  onFailed(reason: string): void;
}

/**
 * The second half of a rebalance: members wait for the assignments that the leader makes, which are
 * stored before anybody has them (Kafka's DelayedSync, GroupCoordinator.doSyncGroup).
 */
export class SyncPhase {
  private until = Infinity;
  /** Generation whose assignments were last on their way to the storage; undefined when they came. */
  private storing: number | undefined;

  constructor(
    private readonly group: GroupFacts,
    private readonly events: SyncPhaseEvents,
  ) {}

  /** When members that have not asked for their assignment are given up. */
  get deadline(): number {
    return this.until;
  }

  /** Everybody has joined, and is told so. */
  begin(): void {
    const { group } = this;
    const { roster, now } = group;
    group.protocol = roster.chosenProtocol();
    group.enter('CompletingRebalance');
    this.until = now + roster.rebalanceTimeoutMs;
    for (const member of roster.all) {
      const { joining } = member;
      member.isNew = false;
      member.hasSynced = false;
      member.joining = undefined;
      if (!joining) continue;
      member.alive(now);
      joining.resolve(group.joinOutcome(member));
    }
  }

  /** Another rebalance begins: whoever waits has to join it. */
  abandon(): void {
    this.until = Infinity;
    if (this.group.state === 'CompletingRebalance') this.refuse('REBALANCE_IN_PROGRESS');
  }

  /** The leader has brought assignments: stored, they are told to all. */
  async assign(assignments: ReadonlyMap<string, Buffer>): Promise<void> {
    const { group } = this;
    const { generation } = group;
    // Those of a generation that is over may still be on their way: they do not matter any more.
    if (this.storing === generation) return;
    this.storing = generation;
    for (const member of group.roster.all) {
      member.assignment = assignments.get(member.memberId) ?? Buffer.alloc(0);
    }
    let failure: unknown;
    try {
      await group.claim.saveGroup(group.snapshot('Stable'));
    } catch (error) {
      failure = error;
    }
    if (this.storing === generation) this.storing = undefined;
    // Meanwhile another rebalance may have begun, or the group have been lost.
    if (group.state !== 'CompletingRebalance' || group.generation !== generation) return;
    if (failure === undefined) this.hand();
    else this.giveUp(failure);
  }

  /**
   * Whoever has joined and never asks for its assignment is out.
   *
   * @returns those to be taken out
   */
  onTime(now: number): readonly GroupMember[] {
    if (this.until > now) return [];
    const isStoring = this.storing === this.group.generation;
    this.until = isStoring ? now + STORE_AGAIN_MS : Infinity;
    return isStoring ? [] : this.group.roster.all.filter(({ hasSynced }) => !hasSynced);
  }

  private hand(): void {
    const { group } = this;
    const { protocolType, protocol, now } = group;
    group.enter('Stable');
    for (const member of group.roster.all) {
      const { syncing } = member;
      if (!syncing) continue;
      member.syncing = undefined;
      member.alive(now);
      syncing.resolve({ protocolType, protocol, assignment: member.assignment });
    }
    const members = group.roster.size;
    group.log('group-stable', `Group ${group.id} is stable with ${members} members.`, { members });
    this.events.onStable();
  }

  private giveUp(failure: unknown): void {
    const { group } = this;
    group.environment.logger.warn(
      { event: 'group-store-failed', group: group.id, error: describeError(failure) },
      `The assignments of group ${group.id} could not be stored.`,
    );
    for (const member of group.roster.all) {
      member.assignment = Buffer.alloc(0);
      member.hasSynced = false;
    }
    this.refuse('COORDINATOR_NOT_AVAILABLE');
    this.events.onFailed('its assignments could not be stored');
  }

  private refuse(code: 'REBALANCE_IN_PROGRESS' | 'COORDINATOR_NOT_AVAILABLE'): void {
    const { roster, now } = this.group;
    for (const member of roster.all) {
      if (member.syncing) member.alive(now);
      member.refuseSync(new ProtocolError(code));
    }
  }
}
