import type { World } from '../time/world';
import type { ClusterState } from './cluster-state';

const EVERY_MS = 250;

/**
 * Looks at the partitions' states now and then: leader epochs only rise, one epoch has one leader,
 * controller epochs do not fall, and who is out of office writes nothing.
 */
export class EpochWatch {
  readonly problems: string[] = [];
  private readonly seen: { leader: number; leaderEpoch: number; controllerEpoch: number }[] = [];

  constructor(
    private readonly world: World,
    private readonly state: ClusterState,
  ) {}

  start(): void {
    this.look();
    this.world.after(EVERY_MS, () => this.start());
  }

  private look(): void {
    for (const [partition, now] of this.state.all().entries()) {
      const before = this.seen[partition];
      if (!now || before === now) continue;
      this.seen[partition] = now;
      if (now.staleController) {
        this.problem(
          partition,
          `written by the controller of epoch ${now.controllerEpoch}, too late`,
        );
      }
      if (!before) continue;
      if (now.leaderEpoch < before.leaderEpoch) {
        this.problem(partition, `leader epoch ${now.leaderEpoch} after ${before.leaderEpoch}`);
      }
      if (now.controllerEpoch < before.controllerEpoch) {
        const { controllerEpoch } = now;
        this.problem(
          partition,
          `controller epoch ${controllerEpoch} after ${before.controllerEpoch}`,
        );
      }
      if (now.leaderEpoch === before.leaderEpoch && now.leader !== before.leader) {
        const { leader, leaderEpoch } = now;
        this.problem(partition, `leader ${leader} after ${before.leader} in epoch ${leaderEpoch}`);
      }
    }
  }

  private problem(partition: number, what: string): void {
    this.problems.push(`partition ${partition} at ${this.world.now.toFixed(0)} ms: ${what}`);
  }
}
