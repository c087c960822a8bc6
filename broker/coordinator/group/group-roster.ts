import type { GroupMember, MemberProtocol } from './group-member';

/** The members of a group, and what they have in common. */
export class GroupRoster {
  private readonly byId = new Map<string, GroupMember>();
  private readonly byInstance = new Map<string, GroupMember>();
  /** Ids given away that nobody has joined with yet, with the time at which they are forgotten. */
  readonly pending = new Map<string, number>();
  /** Makes the assignments; undefined while there is nobody. */
  leader: string | undefined;

  get size(): number {
    return this.byId.size;
  }

  get all(): GroupMember[] {
    return [...this.byId.values()];
  }

  get(memberId: string): GroupMember | undefined {
    return this.byId.get(memberId);
  }

  ofInstance(groupInstanceId: string): GroupMember | undefined {
    return this.byInstance.get(groupInstanceId);
  }

  /** The first to come leads. */
  add(member: GroupMember): void {
    this.byId.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.byInstance.set(member.groupInstanceId, member);
    this.pending.delete(member.memberId);
    this.leader ??= member.memberId;
  }

  remove(member: GroupMember): void {
    this.byId.delete(member.memberId);
    const { groupInstanceId } = member;
    if (groupInstanceId !== null && this.byInstance.get(groupInstanceId) === member) {
      this.byInstance.delete(groupInstanceId);
    }
    if (this.leader !== member.memberId) return;
    const next = this.all.find(({ joining }) => joining) ?? this.all[0];
    this.leader = next?.memberId;
  }

  /** A static member comes back under a new id, in the place of the old one. */
  replace(old: GroupMember, member: GroupMember): void {
    const wasLeader = this.leader === old.memberId;
    this.byId.delete(old.memberId);
    this.add(member);
    if (wasLeader) this.leader = member.memberId;
  }

  /** Whether everybody has come for the rebalance. */
  get allHaveJoined(): boolean {
    return this.pending.size === 0 && this.all.every(({ joining }) => joining);
  }

  /** Members that wait in a rebalance. */
  get joiningCount(): number {
    return this.all.filter(({ joining }) => joining).length;
  }

  /**
   * Has the lead go to somebody who has come, if the leader has not.
   *
   * @returns whether there is such a leader now
   */
  electJoined(): boolean {
    const leader = this.leader === undefined ? undefined : this.byId.get(this.leader);
    if (leader?.joining) return true;
    const joined = this.all.find(({ joining }) => joining);
    if (joined) this.leader = joined.memberId;
    return joined !== undefined;
  }

  /** Names that all members speak. */
  commonProtocols(): Set<string> {
    const [first, ...others] = this.all;
    const common = new Set(first?.protocols.map(({ name }) => name));
    for (const { protocols } of others) {
      for (const name of common) {
        if (!protocols.some((protocol) => protocol.name === name)) common.delete(name);
      }
    }
    return common;
  }

  /** Whether somebody who speaks these could be understood by all. */
  understands(protocols: readonly MemberProtocol[]): boolean {
    if (this.size === 0) return protocols.length > 0;
    const common = this.commonProtocols();
    return protocols.some(({ name }) => common.has(name));
  }

  /** Each member votes for what it likes best of what all speak; the most votes win. */
  chosenProtocol(): string | null {
    const common = this.commonProtocols();
    const votes = new Map<string, number>();
    for (const { protocols } of this.all) {
      const vote = protocols.find(({ name }) => common.has(name))?.name;
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let chosen: string | null = null;
    let most = 0;
    for (const [name, count] of votes) {
      if (count <= most) continue;
      chosen = name;
      most = count;
    }
    return chosen;
  }

  /** Milliseconds that a rebalance may take: as long as the most patient member allows. */
  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.all.map((member) => member.rebalanceTimeoutMs));
  }
}
