import type { InMemoryEnsemble } from '../../../zk-coordination/double/in-memory-ensemble';

/** What ZooKeeper holds of a partition. */
export interface StoredState {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly controllerEpoch: number;
  /** Written by a controller after another one had taken over. */
  readonly staleController: boolean;
}

/** What the znode of a topic holds. */
interface Assignments {
  readonly partitions: Readonly<Record<number, readonly number[]>>;
  readonly adding_replicas?: Readonly<Record<number, readonly number[]>>;
  readonly removing_replicas?: Readonly<Record<number, readonly number[]>>;
}

/** Reads ZooKeeper's tree itself, with nothing of the broker's own code, and without a session. */
export class ClusterState {
  private assigned: { readonly mzxid: bigint; readonly json: Assignments } | undefined;
  private readonly decoded = new Map<string, { mzxid: bigint; state: StoredState }>();

  constructor(
    private readonly ensemble: InMemoryEnsemble,
    private readonly topic: string,
    private readonly partitions: number,
  ) {}

  /** @returns undefined while there is none */
  partition(index: number): StoredState | undefined {
    const path = `/brokers/topics/${this.topic}/partitions/${index}/state`;
    const node = this.ensemble.tree.find(path);
    if (!node?.data) return undefined;
    const known = this.decoded.get(path);
    if (known?.mzxid === node.mzxid) return known.state;
    const json = JSON.parse(node.data.toString()) as Record<string, unknown>;
    const epoch = this.ensemble.tree.find('/controller_epoch');
    const inOffice = Number(epoch?.data?.toString());
    const state = {
      staleController:
        epoch !== undefined &&
        node.mzxid > epoch.mzxid &&
        (json['controller_epoch'] as number) < inOffice,
      leader: json['leader'] as number,
      leaderEpoch: json['leader_epoch'] as number,
      isr: json['isr'] as number[],
      controllerEpoch: json['controller_epoch'] as number,
    };
    this.decoded.set(path, { mzxid: node.mzxid, state });
    return state;
  }

  /** The states of all partitions, in their order. */
  all(): (StoredState | undefined)[] {
    return Array.from({ length: this.partitions }, (_, index) => this.partition(index));
  }

  /** The brokers that hold a partition; undefined while it is being moved. */
  assignment(index: number): readonly number[] | undefined {
    const node = this.ensemble.tree.find(`/brokers/topics/${this.topic}`);
    if (!node?.data) return undefined;
    if (this.assigned?.mzxid !== node.mzxid) {
      const json = JSON.parse(node.data.toString()) as Assignments;
      this.assigned = { mzxid: node.mzxid, json };
    }
    const { partitions, adding_replicas, removing_replicas } = this.assigned.json;
    const moving = [adding_replicas?.[index], removing_replicas?.[index]];
    return moving.some((replicas) => replicas?.length) ? undefined : partitions[index];
  }

  /** Whether each partition is led by one of its replicas, all of them in sync, and none is moved. */
  isWhole(): boolean {
    return this.all().every((state, index) => {
      const replicas = this.assignment(index);
      return state && isLed(state) && replicas?.every((id) => state.isr.includes(id));
    });
  }

  /** Ids of the brokers that are registered. */
  registered(): string[] {
    return [...(this.ensemble.tree.find('/brokers/ids')?.children ?? [])].sort();
  }

  /** The broker in office, when its session lives. */
  controller(): number | undefined {
    const node = this.ensemble.tree.find('/controller');
    if (!node?.data || !this.ensemble.isAlive(node.ephemeralOwner)) return undefined;
    return (JSON.parse(node.data.toString()) as { brokerid: number }).brokerid;
  }
}

export function isLed({ leader, isr }: StoredState): boolean {
  return isr.includes(leader);
}
