import type { Clock, TimerHandle } from '../../../../client/runtime/clock';

/** Longest that commits wait for those before them, in milliseconds. */
const LONGEST_WAIT_MS = 20;

/** Writes what waits. Resolves when it is done, for better or worse; does not reject. */
export type RoundMember = () => Promise<unknown>;

/**
 * When the offsets topic is written: what comes while a round of writes is under way goes together
 * in the next one, for all partitions that this broker leads. Replication costs by the request, so
 * a busy broker gets through more when it writes less often; an idle one writes at once.
 *
 * A round that takes long is not waited for, and who made it so is not waited for until it is done.
 */
export class CommitRounds {
  private waiting: RoundMember[] = [];
  /** Whose writes are under way. */
  private readonly busy = new Set<RoundMember>();
  /** Those of them that the next round waits for. */
  private current = new Set<RoundMember>();
  private scheduled = false;
  private timer: TimerHandle | undefined;

  /** @param defer runs a callback at the end of this turn of the event loop */
  constructor(
    private readonly clock: Clock,
    private readonly defer: (callback: () => void) => void,
  ) {}

  /** Has a member write in the next round. It joins once a round; the same function each time. */
  join(member: RoundMember): void {
    this.waiting.push(member);
    if (this.current.size === 0) this.schedule();
    else this.timer ??= this.clock.setTimeout(() => this.goOn(), LONGEST_WAIT_MS);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.defer(() => {
      this.scheduled = false;
      this.begin();
    });
  }

  private begin(): void {
    const members = this.waiting;
    this.waiting = [];
    this.current = new Set(members.filter((member) => !this.busy.has(member)));
    for (const member of members) void this.write(member, this.current);
  }

  private async write(member: RoundMember, round: Set<RoundMember>): Promise<void> {
    const counts = round.has(member);
    if (counts) this.busy.add(member);
    await member();
    if (!counts) return;
    this.busy.delete(member);
    round.delete(member);
    if (round === this.current && round.size === 0) this.goOn();
  }

  private goOn(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.current = new Set();
    if (this.waiting.length > 0 && !this.scheduled) this.begin();
  }
}
