import { describeGroupStorage } from '../../broker/coordinator/group/contract/group-storage-contract';
import { ZooKeeperStorageBrokers } from '../../broker/coordinator/group/zookeeper/zookeeper-storage-fixture';
import { createSessionFactory, type SessionFactory, ZooKeeperClient } from '../../zk-coordination';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

describe('on three servers that are killed and started again, one by one', () => {
  const brokers = new ZooKeeperStorageBrokers();
  const clients = new Map<number, ZooKeeperClient>();
  let ensemble: ZooKeeperEnsemble;
  let stopping = false;
  let killing: Promise<void>;
  /** Each test has its own cluster. */
  let clusters = 0;

  const sessions = (): SessionFactory =>
    createSessionFactory({
      connectString: `${ensemble.connectString}/cluster-${clusters}`,
      sessionTimeoutMs: 20_000,
      tickTimeMs: 500,
    });

  async function killInTurn(): Promise<void> {
    for (let turn = 0; !stopping; turn++) {
      const id = (turn % 3) + 1;
      await ensemble.kill(id);
      await ensemble.start(id);
    }
  }

  /** As when its session times out, without the wait: somebody else takes it up and closes it. */
  async function endSession(victim: ZooKeeperClient): Promise<void> {
    const id = victim.sessionId;
    while (victim.sessionId === id && victim.state !== 'expired') {
      const session = sessions().open(victim.credentials());
      const ended = await session.connected().then(
        () => true,
        () => false,
      );
      await session.close();
      if (ended) await victim.waitConnected(30_000).catch(() => {});
    }
  }

  describeGroupStorage('ZooKeeperGroupStorage', {
    join: async (brokerId) => {
      const client = new ZooKeeperClient({ factory: sessions() });
      clients.set(brokerId, client);
      await client.connect();
      return brokers.join(brokerId, client);
    },
    kill: async (brokerId) => {
      brokers.leave(brokerId);
      const victim = clients.get(brokerId);
      if (victim !== undefined) await endSession(victim);
    },
    until: (promise) => promise,
    start: async () => {
      ensemble = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 500 });
      killing = killInTurn();
    },
    afterEach: async () => {
      brokers.clear();
      await Promise.all([...clients.values()].map((client) => client.close()));
      clients.clear();
      clusters++;
    },
    stop: async () => {
      stopping = true;
      await killing;
      await ensemble.stop();
    },
  });
});
