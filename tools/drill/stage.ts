import type { Admin } from '../../client/admin';
import { tellIfSlow } from '../cli/tell-if-slow';
import type { Load } from './load/load';
import type { BrokerTarget } from './target/broker-target';
import { until } from './until';

/** A person who watches wonders what is going on. */
const SLOWLY_SERVED =
  'still waiting: others take over from a broker when its ZooKeeper session is over ' +
  '(zookeeper.session.timeout.ms, 18 s by default)';

/** What a drill does its harm with. Whatever it broke is mended by {@link heal}. */
export class Stage {
  private readonly down = new Set<number>();
  private readonly paused = new Set<number>();
  private readonly cutOff = new Set<number>();
  private readonly servers = new Set<string>();

  constructor(
    readonly brokers: readonly number[],
    private readonly target: BrokerTarget,
    private readonly admin: Admin,
    private readonly load: Load,
    readonly tell: (what: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Who leads the first partition. */
  leader(): Promise<number> {
    return this.find('a leader', async () => (await this.partitions())[0]?.leader);
  }

  /** Somebody who has a replica of the first partition and does not lead it. */
  follower(): Promise<number> {
    return this.find('a follower', async () => {
      const partition = (await this.partitions())[0];
      return partition?.replicas.find((id) => id !== partition.leader);
    });
  }

  controller(): Promise<number> {
    return this.find('a controller', async () => {
      const { controller } = await this.admin.describeCluster();
      return controller?.nodeId;
    });
  }

  async kill(broker: number): Promise<void> {
    this.signal.throwIfAborted();
    this.tell(`SIGKILL of broker ${broker}`);
    this.down.add(broker);
    await this.target.kill(broker);
  }

  async stop(broker: number): Promise<void> {
    this.signal.throwIfAborted();
    this.tell(`clean stop of broker ${broker}`);
    this.down.add(broker);
    await this.target.stop(broker);
  }

  async start(broker: number): Promise<void> {
    this.tell(`start of broker ${broker}`);
    await this.target.start(broker);
    this.down.delete(broker);
  }

  async pause(broker: number): Promise<void> {
    this.tell(`SIGSTOP of broker ${broker}`);
    this.paused.add(broker);
    await this.target.pause(broker);
  }

  async resume(broker: number): Promise<void> {
    this.tell(`SIGCONT of broker ${broker}`);
    await this.target.resume(broker);
    this.paused.delete(broker);
  }

  async cut(broker: number): Promise<void> {
    this.tell(`broker ${broker} is cut off from the network`);
    this.cutOff.add(broker);
    await this.target.cut(broker);
  }

  async mend(broker: number): Promise<void> {
    this.tell(`broker ${broker} is on the network again`);
    await this.target.mend(broker);
    this.cutOff.delete(broker);
  }

  async killZookeeperLeader(): Promise<void> {
    const name = await this.target.killZookeeperLeader();
    this.servers.add(name);
    this.tell(`SIGKILL of ${name}, which led the ensemble`);
  }

  wait(ms: number): Promise<void> {
    const end = performance.now() + ms;
    return this.until('time to pass', () => performance.now() >= end);
  }

  /** @throws DrillTimeoutError; when the drill is interrupted */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return until(what, condition, this.signal);
  }

  /** Resolves when every partition has acknowledged something sent from now on. */
  async served(): Promise<void> {
    const before = this.load.acked;
    const served = this.until('every partition to acknowledge records', () =>
      this.load.acked.every((count, index) => count > (before[index] ?? 0)),
    );
    await tellIfSlow(served, () => this.tell(SLOWLY_SERVED));
    this.tell('every partition acknowledges records');
  }

  /** Resolves when all brokers live and all replicas are in sync. */
  async whole(): Promise<void> {
    await this.until('all replicas to be in sync', async () => {
      const { brokers } = await this.admin.describeCluster();
      if (this.brokers.some((id) => !brokers.some(({ nodeId }) => nodeId === id))) return false;
      const partitions = await this.partitions();
      return partitions.every(({ leader, isr, replicas }) => {
        return leader !== -1 && isr.length === replicas.length;
      });
    });
    this.tell('all replicas are in sync');
  }

  /** Brings back whatever is still broken. */
  async heal(): Promise<void> {
    for (const broker of [...this.paused]) await this.resume(broker);
    for (const broker of [...this.cutOff]) await this.mend(broker);
    for (const name of [...this.servers]) {
      this.tell(`start of ${name}`);
      await this.target.startZookeeper(name);
      this.servers.delete(name);
    }
    for (const broker of [...this.down]) await this.start(broker);
  }

  private async find(what: string, look: () => Promise<number | undefined>): Promise<number> {
    let found = -1;
    await this.until(what, async () => (found = (await look()) ?? -1) >= 0);
    return found;
  }

  private async partitions() {
    const [topic] = await this.admin.describeTopics([this.load.options.topic]);
    return topic?.partitions ?? [];
  }
}
