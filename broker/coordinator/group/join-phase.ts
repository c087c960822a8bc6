import type { GroupFacts } from './group-facts';
import type { GroupMember } from './group-member';

/** A rebalance that is waiting for members. */
interface Gathering {
  /** When it goes on with those who have come. */
  deadline: number;
  /** Of a new group: more members may come; how much longer it may be put off for them. */
  remainingMs: number | undefined;
  newcomers: boolean;
}

/** How a join phase has ended; undefined while it goes on. */
export type JoinPhaseEnd = 'joined' | 'nobody' | undefined;

/**
 * The first half of a rebalance: all members join, or their time is over (Kafka's DelayedJoin and
 * InitialDelayedJoin, GroupCoordinator.onCompleteJoin).
 */
export class JoinPhase {
  private gathering: Gathering | undefined;

  constructor(private readonly group: GroupFacts) {}

  /** When it goes on with those who have come. */
  get deadline(): number {
    return this.gathering?.deadline ?? Infinity;
  }

  begin(reason: string): void {
    const { group } = this;
    const { now } = group;
    const isFirst = group.state === 'Empty';
    group.enter('PreparingRebalance');
    const timeoutMs = group.roster.rebalanceTimeoutMs;
    const delayMs = group.environment.configs().initialRebalanceDelayMs;
    this.gathering = isFirst
      ? {
          deadline: now + delayMs,
          remainingMs: Math.max(0, timeoutMs - delayMs),
          newcomers: false,
        }
      : { deadline: now + timeoutMs, remainingMs: undefined, newcomers: false };
    group.log('group-rebalance', `Group ${group.id} rebalances: ${reason}.`, { reason });
  }

  /** Somebody new has come; a new group may wait for more of them. */
  newcomer(): void {
    if (this.gathering) this.gathering.newcomers = true;
  }

  /** Goes on as soon as everybody has come; a new group waits for its time to be over. */
  reconsider(): JoinPhaseEnd {
    const { gathering, group } = this;
    if (group.state !== 'PreparingRebalance' || gathering?.remainingMs !== undefined) return;
    return group.roster.allHaveJoined ? this.complete() : undefined;
  }

  /** Goes on when its time is over, unless it is put off. */
  onTime(now: number): JoinPhaseEnd {
    const { gathering } = this;
    if (!gathering || gathering.deadline > now) return;
    const { remainingMs, newcomers } = gathering;
    if (remainingMs !== undefined && newcomers && remainingMs > 0) {
      const { initialRebalanceDelayMs } = this.group.environment.configs();
      const delay = Math.min(initialRebalanceDelayMs, remainingMs);
      this.gathering = {
        deadline: now + delay,
        remainingMs: remainingMs - delay,
        newcomers: false,
      };
      return;
    }
    return this.complete();
  }

  private complete(): JoinPhaseEnd {
    const { group } = this;
    const { roster, now } = group;
    for (const member of roster.all) {
      if (!member.joining && member.groupInstanceId === null) this.leaveOut(member);
    }
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
    group.generation++;
    return roster.size === 0 ? 'nobody' : 'joined';
  }

  private leaveOut(member: GroupMember): void {
    const { group } = this;
    group.roster.remove(member);
    const reason = 'it has not joined the rebalance in time';
    const text = `${member.memberId} is out of group ${group.id}: ${reason}.`;
    group.log('group-member-removed', text, { member: member.memberId, reason });
  }
}
