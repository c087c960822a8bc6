import { delay } from '../../../client/runtime/clock';
import type { ClusterView, StoredState } from './cluster-view';

const EVERY_MS = 250;

/**
 * Looks at the partitions' states all the time (I3): leader epochs and controller epochs never
 * fall, and an epoch has one leader.
 */
export class EpochWatch {
  readonly problems: string[] = [];
  /** Elections seen since the start, over all partitions. */
  elections = 0;
  private readonly seen = new Map<number, StoredState>();
  private stopped = false;
  private readonly ended: Promise<void>;

  constructor(
    private readonly view: ClusterView,
    private readonly topic: string,
    private readonly count: number,
  ) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      // Without a quorum there is nothing to see.
      const states = await this.view.partitions(this.topic, this.count).catch(() => []);
      for (const [partition, state] of states.entries()) this.compare(partition, state);
      await delay(EVERY_MS);
    }
  }

  private compare(partition: number, now: StoredState | undefined): void {
    const before = this.seen.get(partition);
    if (!now) return;
    this.seen.set(partition, now);
    if (!before) return;
    if (now.leaderEpoch > before.leaderEpoch && now.leader !== before.leader) this.elections++;
    for (const epoch of ['leaderEpoch', 'controllerEpoch'] as const) {
      if (now[epoch] >= before[epoch]) continue;
      this.problem(partition, `${epoch} ${now[epoch]} after ${before[epoch]}`);
    }
    if (now.leaderEpoch === before.leaderEpoch && now.leader !== before.leader) {
      const { leader, leaderEpoch } = now;
      this.problem(partition, `leader ${leader} after ${before.leader} in epoch ${leaderEpoch}`);
    }
  }

  private problem(partition: number, what: string): void {
    this.problems.push(`${this.topic}-${partition}: ${what}`);
  }
}
