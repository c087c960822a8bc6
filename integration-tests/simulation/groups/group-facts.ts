import { HandledOffsets } from './handled-offsets';

/** A time in which a member believed that a partition was its own. Times are virtual milliseconds. */
export interface Tenure {
  readonly member: string;
  readonly partition: number;
  readonly from: number;
  /** Infinity while it lasts. */
  until: number;
}

/** A member knows its partitions in a generation. */
export interface JoinFact {
  readonly member: string;
  /** The instance id of a static member, which others have had before it; else its name. */
  readonly place: string;
  readonly at: number;
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** A heartbeat that was answered well. */
export interface BeatFact {
  readonly member: string;
  /** As the coordinator calls it. */
  readonly memberId: string;
  readonly generation: number;
  readonly sent: number;
  readonly answered: number;
}

/** A commit that was acknowledged. */
export interface CommittedFact {
  readonly member: string;
  readonly generation: number;
  readonly sent: number;
  readonly answered: number;
  readonly partition: number;
  readonly offset: number;
}

/** A coordinator has put out a member because it had not been heard of. */
export interface RemovalFact {
  readonly memberId: string;
  readonly at: number;
}

/** What the members of a group have seen and done. */
export class GroupFacts {
  readonly joins: JoinFact[] = [];
  readonly tenures: Tenure[] = [];
  readonly beats: BeatFact[] = [];
  readonly commits: CommittedFact[] = [];
  readonly removals: RemovalFact[] = [];
  /** When a coordinator may not know that it is none any more; its answers are no proof. */
  readonly unaware: { readonly from: number; readonly until: number }[] = [];
  /** When a coordinator did not know the group yet; its answers are no proof either. */
  readonly slowLoads: { readonly from: number; until: number }[] = [];
  readonly handled: readonly HandledOffsets[];
  /** What was seen to be wrong at once. */
  readonly problems: string[] = [];

  constructor(
    readonly group: string,
    partitions: number,
    private readonly now: () => number,
  ) {
    this.handled = Array.from({ length: partitions }, () => new HandledOffsets());
  }

  /**
   * A coordinator has lost its claim, or its session, before its time.
   *
   * @param ms until it knows that at the latest
   */
  robbed(ms: number): void {
    this.unaware.push({ from: this.now(), until: this.now() + ms });
  }

  /**
   * A coordinator takes long to load the group. It answers heartbeats without looking at them, as
   * Kafka's does, until it has.
   *
   * @param ms for how long the first of these may be under way
   */
  loadsSlowly(ms: number): void {
    this.slowLoads.push({ from: this.now() - ms, until: Infinity });
  }

  /** A coordinator has loaded the group. */
  loaded(): void {
    for (const slow of this.slowLoads) slow.until = Math.min(slow.until, this.now());
  }

  assigned(member: string, partitions: readonly number[]): void {
    const from = this.now();
    for (const partition of partitions) {
      this.end(member, partition);
      this.tenures.push({ member, partition, from, until: Infinity });
    }
  }

  gone(member: string, partitions: readonly number[]): void {
    for (const partition of partitions) this.end(member, partition);
  }

  /** The member's process has ended. */
  died(member: string): void {
    this.gone(
      member,
      this.handled.map((_, partition) => partition),
    );
  }

  /** The highest offset that was acknowledged as committed before that time; 0 for none. */
  committedBefore(partition: number, time: number): number {
    let highest = 0;
    for (const one of this.commits) {
      if (one.answered >= time) break;
      if (one.partition === partition) highest = Math.max(highest, one.offset);
    }
    return highest;
  }

  problem(what: string): void {
    this.problems.push(`${this.group}: ${what} (at ${this.now().toFixed(0)} ms)`);
  }

  private end(member: string, partition: number): void {
    const open = this.tenures.findLast(
      (one) => one.member === member && one.partition === partition,
    );
    if (open?.until === Infinity) open.until = this.now();
  }
}
