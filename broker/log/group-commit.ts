import { WritePace } from './write-pace';

/** A log with something to write. */
export interface GroupMember {
  /** Writes what is queued. Must not throw. */
  writeGroup(pace: WritePace): void;
}

/**
 * Collects what arrives in one turn of the event loop for all logs of a directory, and writes it at
 * the turn's end: one write per partition instead of one per request.
 */
export class GroupCommit {
  readonly pace = new WritePace();
  private members: GroupMember[] = [];

  constructor(private readonly defer: (callback: () => void) => void) {}

  /** Has a log's queue written at the end of this turn. A log enlists once per turn. */
  enlist(member: GroupMember): void {
    this.members.push(member);
    if (this.members.length === 1) this.defer(() => this.run());
  }

  private run(): void {
    const members = this.members;
    this.members = [];
    for (const member of members) member.writeGroup(this.pace);
  }
}
