import { deferred } from '../../../client/runtime/deferred';
import { createSessionFactory, ZkError, ZooKeeperClient } from '../../../zk-coordination';

/** What ZooKeeper holds of a partition. */
export interface StoredState {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly controllerEpoch: number;
}

/** A broker's registration. */
export interface Registration {
  /** The broker's epoch. */
  readonly czxid: bigint;
  /** The session that holds it. */
  readonly owner: bigint;
}

/** Longer than any fault a drill does to the whole ensemble. */
const SESSION_MS = 40_000;

/**
 * What ZooKeeper says, read from outside with nothing of the broker's own code. While no server
 * serves, reads fail; a drill waits with `until`, which asks again.
 */
export class ClusterView {
  private constructor(private readonly zk: ZooKeeperClient) {}

  static async open(zookeeperConnect: string): Promise<ClusterView> {
    const factory = createSessionFactory({
      connectString: zookeeperConnect,
      sessionTimeoutMs: SESSION_MS,
      // A server that does not answer is left sooner than half a session later.
      operationTimeoutMs: 5000,
    });
    const zk = new ZooKeeperClient({ factory });
    await zk.connect();
    return new ClusterView(zk);
  }

  async partition(topic: string, index: number): Promise<StoredState | undefined> {
    const node = await this.get(`/brokers/topics/${topic}/partitions/${index}/state`);
    if (!node) return undefined;
    const json = JSON.parse(node.text) as Record<string, unknown>;
    return {
      leader: json['leader'] as number,
      leaderEpoch: json['leader_epoch'] as number,
      isr: json['isr'] as number[],
      controllerEpoch: json['controller_epoch'] as number,
    };
  }

  /** The states of the partitions of a topic, in their order. */
  partitions(topic: string, count: number): Promise<(StoredState | undefined)[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.partition(topic, index)));
  }

  /** @throws Error when nobody leads it */
  async leader(topic: string, index: number): Promise<number> {
    const state = await this.partition(topic, index);
    if (!state || state.leader < 0) throw new Error(`Nobody leads ${topic}-${index}.`);
    return state.leader;
  }

  /** The controller and the session that holds the office; undefined while there is none. */
  async controller(): Promise<{ id: number; owner: bigint } | undefined> {
    const node = await this.get('/controller');
    if (!node) return undefined;
    const { brokerid } = JSON.parse(node.text) as { brokerid: number };
    return { id: brokerid, owner: node.owner };
  }

  /** @throws Error when there is none */
  async controllerId(): Promise<number> {
    const controller = await this.controller();
    if (!controller) throw new Error('There is no controller.');
    return controller.id;
  }

  /** The epoch of the last controller elected. */
  async controllerEpoch(): Promise<number> {
    return Number((await this.get('/controller_epoch'))?.text ?? 0);
  }

  /** Brokers that are registered, by id. */
  async registered(): Promise<Map<number, Registration>> {
    const found = new Map<number, Registration>();
    for (const name of (await this.children('/brokers/ids')).sort()) {
      const node = await this.get(`/brokers/ids/${name}`);
      if (node) found.set(Number(name), { czxid: node.czxid, owner: node.owner });
    }
    return found;
  }

  async topics(): Promise<string[]> {
    return this.children('/brokers/topics');
  }

  /** Topics whose deletion is not done yet. */
  async deletions(): Promise<string[]> {
    return this.children('/admin/delete_topics');
  }

  /** Whether a reassignment is under way. */
  async reassigning(): Promise<boolean> {
    return (await this.get('/admin/reassign_partitions')) !== undefined;
  }

  /** Resolves when a znode is deleted, or when it is not there: at what time, by `performance.now()`. */
  async gone(path: string): Promise<number> {
    for (;;) {
      const changed = deferred<number>();
      const stat = await this.zk.exists(path, () => changed.resolve(performance.now()));
      if (!stat) return performance.now();
      const at = await changed.promise;
      if (!(await this.zk.exists(path))) return at;
    }
  }

  /** Every znode with its data, versions and owner, one a line. */
  async dump(path = '/'): Promise<string[]> {
    if (path === '/zookeeper') return [];
    const node = await this.get(path);
    if (!node) return [];
    const owner = node.owner === 0n ? '' : ` owner=0x${node.owner.toString(16)}`;
    const lines = [
      `${path} v${node.version} czxid=0x${node.czxid.toString(16)}${owner} ${node.text}`,
    ];
    for (const name of (await this.children(path)).sort()) {
      lines.push(...(await this.dump(path === '/' ? `/${name}` : `${path}/${name}`)));
    }
    return lines;
  }

  close(): Promise<void> {
    return this.zk.close().then(() => undefined);
  }

  private async get(path: string) {
    try {
      const { data, stat } = await this.zk.get(path);
      const { version, czxid, ephemeralOwner: owner } = stat;
      return { text: data?.toString() ?? '', version, czxid, owner };
    } catch (error) {
      if (ZkError.hasCode(error, 'NO_NODE')) return undefined;
      throw error;
    }
  }

  private async children(path: string): Promise<string[]> {
    try {
      return [...(await this.zk.children(path)).children];
    } catch (error) {
      if (ZkError.hasCode(error, 'NO_NODE')) return [];
      throw error;
    }
  }
}
