import { systemClock } from '../../client/runtime/clock';
import { describeSessionContract } from '../../zk-coordination/contract/session-contract-suite';
import type { OpenOptions } from '../../zk-coordination/contract/session-harness';
import type { ZkSession } from '../../zk-coordination/session-contract';
import { createSessionFactory } from '../../zk-coordination/session/session-factory';
import { FaultProxy } from '../harness/fault-proxy';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

let roots = 0;
const common = {
  identities: true,
  chroots: true,
  clock: systemClock,
  freshRoot: () => `/contract-${roots++}`,
};

function openAt(servers: string, sessionTimeoutMs: number, options: OpenOptions): ZkSession {
  const { resume, identity, chroot = '' } = options;
  return createSessionFactory({
    connectString: servers + chroot,
    sessionTimeoutMs,
    ...(identity !== undefined && { auth: { scheme: 'digest', credentials: identity } }),
  }).open(resume);
}

describe('with links that are cut', () => {
  let ensemble: ZooKeeperEnsemble;
  let idle: FaultProxy[] = [];
  const used = new Map<ZkSession, FaultProxy>();

  describeSessionContract('LibrarySession', {
    ...common,
    faulty: false,
    links: {
      lose: (session) => {
        used.get(session)!.refuse();
        used.get(session)!.cut();
      },
      restore: (session) => used.get(session)!.heal(),
    },
    open: (options = {}) => {
      const proxy = idle.pop()!;
      const session = openAt(proxy.address, 4000, options);
      used.set(session, proxy);
      return session;
    },
    start: async () => {
      ensemble = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 200 });
      for (const id of [1, 2, 3, 1, 2, 3]) idle.push(await FaultProxy.start(ensemble.port(id)));
    },
    afterEach: async () => {
      for (const proxy of used.values()) proxy.heal();
      idle = [...used.values(), ...idle];
      used.clear();
    },
    stop: async () => {
      for (const proxy of idle) await proxy.close();
      await ensemble.stop();
    },
  });
});

describe('with servers that are killed and started again, one by one', () => {
  let ensemble: ZooKeeperEnsemble;
  let stopping = false;
  let killing: Promise<void>;

  async function killInTurn(): Promise<void> {
    for (let turn = 0; !stopping; turn++) {
      const id = (turn % 3) + 1;
      await ensemble.kill(id);
      await ensemble.start(id);
    }
  }

  describeSessionContract('LibrarySession', {
    ...common,
    faulty: true,
    open: (options = {}) => openAt(ensemble.connectString, 20_000, options),
    start: async () => {
      ensemble = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 500 });
      killing = killInTurn();
    },
    stop: async () => {
      stopping = true;
      await killing;
      await ensemble.stop();
    },
  });
});
