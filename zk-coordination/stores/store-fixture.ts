import { ClientFixture } from '../client/client-fixture';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { createBootstrapPaths } from './bootstrap-paths';

/** For tests: a client of an ensemble in memory that a broker has started on before. */
export class StoreFixture extends ClientFixture {
  zk!: ZooKeeperClient;

  static async start(): Promise<StoreFixture> {
    const fixture = new StoreFixture();
    fixture.zk = await fixture.connect();
    await createBootstrapPaths(fixture.zk);
    return fixture;
  }

  /** The next write takes effect, its reply is lost. */
  loseNextReply(): void {
    const writes = ['create', 'set', 'delete', 'multi'];
    this.ensemble.faults.dropNextReply(({ op }) => writes.includes(op));
  }

  /** What a znode holds, as text. */
  text(path: string): string | undefined {
    return this.ensemble.tree.find(path)?.data?.toString('utf8');
  }
}
