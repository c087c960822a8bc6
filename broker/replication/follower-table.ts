import type { IsrMember } from './isr-state';
import { ReplicaProgress } from './replica-progress';

export interface FollowerTableEnvironment {
  readonly brokerId: number;
  /** `replica.lag.time.max.ms`. */
  replicaLagTimeMaxMs(): number;
  /** Broker epoch of a live broker. */
  liveBrokerEpoch(brokerId: number): number | undefined;
}

/** The followers of a partition as their leader knows them. */
export class FollowerTable {
  private readonly byId = new Map<number, ReplicaProgress>();

  constructor(private readonly environment: FollowerTableEnvironment) {}

  get(brokerId: number): ReplicaProgress | undefined {
    return this.byId.get(brokerId);
  }

  all(): Iterable<ReplicaProgress> {
    return this.byId.values();
  }

  /** The replicas are these from now on; what is known of those that stay is kept. */
  assign(replicas: readonly number[]): void {
    const ids = replicas.filter((id) => id !== this.environment.brokerId);
    for (const id of ids) if (!this.byId.has(id)) this.byId.set(id, new ReplicaProgress(id));
    for (const id of [...this.byId.keys()]) if (!ids.includes(id)) this.byId.delete(id);
  }

  epochBegins(now: number, leaderEndOffset: number, isr: readonly number[]): void {
    for (const follower of this.byId.values()) {
      follower.epochBegins(now, leaderEndOffset, isr.includes(follower.brokerId));
    }
  }

  /** Alive, and in the same life in which it fetched. */
  mayJoin({ brokerId, brokerEpoch }: ReplicaProgress): boolean {
    return brokerEpoch >= 0 && this.environment.liveBrokerEpoch(brokerId) === brokerEpoch;
  }

  /** Those of an ISR that have not been caught up for too long. */
  laggingOf(isr: readonly number[], leaderEndOffset: number, now: number): number[] {
    const { brokerId } = this.environment;
    const maxLagMs = this.environment.replicaLagTimeMaxMs();
    return isr.filter(
      (id) => id !== brokerId && !this.byId.get(id)?.isCaughtUp(leaderEndOffset, now, maxLagMs),
    );
  }

  /**
   * Smallest log end among those that count for the high watermark: the maximal ISR, and whoever is
   * about to join it. It would never get there if the high watermark kept running ahead of it. Who
   * has not fetched since the controller refused to let it join is not about to.
   *
   * @param refusedUntil when the controller may be asked again, monotonic milliseconds
   */
  smallestEnd(
    maximalIsr: readonly number[],
    leaderEndOffset: number,
    now: number,
    refusedUntil: number,
  ): number {
    let smallest = leaderEndOffset;
    for (const follower of this.byId.values()) {
      if (follower.logEndOffset >= smallest) continue;
      const counts =
        maximalIsr.includes(follower.brokerId) ||
        (follower.fetchedAt >= refusedUntil &&
          follower.isCaughtUp(leaderEndOffset, now, this.environment.replicaLagTimeMaxMs()) &&
          this.mayJoin(follower));
      if (counts) smallest = follower.logEndOffset;
    }
    return smallest;
  }

  /** Smallest log start among live followers and the leader; -1 while one has not told. */
  smallestStart(leaderStartOffset: number): number {
    let smallest = leaderStartOffset;
    for (const { brokerId, logStartOffset } of this.byId.values()) {
      const isAlive = this.environment.liveBrokerEpoch(brokerId) !== undefined;
      if (isAlive && logStartOffset < smallest) smallest = logStartOffset;
    }
    return smallest;
  }

  /** In which of its lives a broker of an ISR is meant. */
  member(brokerId: number): IsrMember {
    const epoch =
      brokerId === this.environment.brokerId
        ? this.environment.liveBrokerEpoch(brokerId)
        : this.byId.get(brokerId)?.brokerEpoch;
    return { brokerId, brokerEpoch: epoch ?? -1 };
  }
}
