import { WritePace } from './write-pace';

/** A log with something to write. */
export interface GroupMember {
  /** Writes what is queued. Must not throw. */
  writeGroup(pace: WritePace): void;
}

/** So many turns a group is written after its first append at the latest. */
const MOST_TURNS = 4;
/** A group of so many bytes is not held open for more. */
const ENOUGH_BYTES = 256 * 1024;

/**
 * Collects what arrives for all logs of a directory, and writes it at the end of a turn of the event
 * loop: one write per partition instead of one per request.
 *
 * What waits for followers stays open as long as each turn brings more of it: producers send one
 * request behind the other, and whatever is written together is fetched in one round. A lone append
 * pays for that with one empty turn, in which the loop does not block; appends that only this broker
 * has to write do not.
 */
export class GroupCommit {
  readonly pace = new WritePace();
  private members: GroupMember[] = [];
  private turns = 0;
  private bytes = 0;
  private expectsMore = false;

  constructor(private readonly defer: (callback: () => void) => void) {}

  /** Has a log's queue written. A log enlists once per group. */
  enlist(member: GroupMember): void {
    this.members.push(member);
    if (this.members.length === 1) this.defer(this.endTurn);
  }

  /** So many bytes are queued that followers will fetch; more may be right behind. */
  streamed(bytes: number): void {
    this.bytes += bytes;
    this.expectsMore = true;
  }

  private readonly endTurn = (): void => {
    const waits = this.expectsMore && this.bytes < ENOUGH_BYTES && this.turns + 1 < MOST_TURNS;
    this.expectsMore = false;
    if (waits) {
      this.turns++;
      this.defer(this.endTurn);
      return;
    }
    const { members } = this;
    this.members = [];
    this.turns = 0;
    this.bytes = 0;
    for (const member of members) member.writeGroup(this.pace);
  };
}
