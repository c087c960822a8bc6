import { silentLogger } from '../../../../client/runtime/logger';
import { createBootstrapPaths, type ZooKeeperClient } from '../../../../zk-coordination';
import { ZooKeeperGroupStorage } from './zookeeper-group-storage';

/** For tests: the group storages of brokers that are alive as long as nobody says otherwise. */
export class ZooKeeperStorageBrokers {
  private readonly live = new Map<number, { id: number; epoch: number }>();
  private readonly storages: ZooKeeperGroupStorage[] = [];
  private epochs = 0;

  async join(brokerId: number, zk: ZooKeeperClient): Promise<ZooKeeperGroupStorage> {
    await createBootstrapPaths(zk);
    const broker = { id: brokerId, epoch: ++this.epochs };
    this.live.set(brokerId, broker);
    const storage = new ZooKeeperGroupStorage({
      zk,
      brokerId,
      brokerEpoch: () => broker.epoch,
      brokers: () => [...this.live.values()],
      logger: silentLogger,
    });
    this.storages.push(storage);
    return storage;
  }

  leave(brokerId: number): void {
    this.live.delete(brokerId);
  }

  /** Forgets all brokers. */
  clear(): ZooKeeperGroupStorage[] {
    this.live.clear();
    return this.storages.splice(0);
  }
}
