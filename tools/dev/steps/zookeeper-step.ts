import { findZookeeper } from '../../zookeeper/find-zookeeper';
import { startDockerZookeeper } from '../../zookeeper/docker-zookeeper';
import type { LocalZookeeper } from '../../zookeeper/choose-zookeeper';
import { startZookeeper, zookeeperStatus } from '../../zookeeper/zookeeper-process';
import { serverStatus } from '../../zookeeper/four-letter-word';
import { nextFreePort } from '../free-ports';
import type { StartContext } from '../start-context';
import type { Step } from '../step';
import type { ZookeeperState } from '../zookeeper-state';
import { readZookeeperState, writeZookeeperState } from '../zookeeper-state';

const HOST = '127.0.0.1';

/** Brings up one ZooKeeper, or uses the one that is there. Sets `zookeeperConnect`. */
export const zookeeperStep: Step<StartContext> = {
  title: 'Starting ZooKeeper',
  run: async (context) => {
    const { terminal, report } = context;
    if (!terminal.env.ZOOKEEPER_CONNECT) {
      const still = await stillRunning(context);
      if (still !== null) return still;
    }
    const found = await findZookeeper({ env: terminal.env, report });
    switch (found.kind) {
      case 'given':
        context.zookeeperConnect = found.connect;
        return `ZooKeeper of ZOOKEEPER_CONNECT answers on ${found.connect}`;
      case 'local':
        return startLocal(found.zookeeper, context);
      case 'docker':
        return startInDocker(context);
    }
  },
};

/** The ZooKeeper of an earlier `npm start`, when it still serves. */
async function stillRunning(context: StartContext): Promise<string | null> {
  const state = readZookeeperState(context.layout.zookeeperState);
  if (state === null) return null;
  const status =
    state.kind === 'local'
      ? await zookeeperStatus(serverOf(state, context))
      : await serverStatus({ host: HOST, port: state.clientPort });
  if (status === null || status.mode === null) return null;
  context.zookeeperConnect = `${HOST}:${state.clientPort}`;
  return `ZooKeeper ${status.version} is already up on ${context.zookeeperConnect}`;
}

async function startLocal(zookeeper: LocalZookeeper, context: StartContext): Promise<string> {
  const state: ZookeeperState = { kind: 'local', clientPort: await portFor(context) };
  const [running] = await startZookeeper([serverOf(state, context)], {
    zookeeper,
    env: context.terminal.env,
  });
  writeZookeeperState(context.layout.zookeeperState, state);
  context.zookeeperConnect = `${HOST}:${state.clientPort}`;
  return `ZooKeeper ${running.version} is up on ${context.zookeeperConnect}`;
}

async function startInDocker(context: StartContext): Promise<string> {
  const { terminal, report, layout } = context;
  const state: ZookeeperState = { kind: 'docker', clientPort: await portFor(context) };
  await startDockerZookeeper({ clientPort: state.clientPort, env: terminal.env, report });
  writeZookeeperState(layout.zookeeperState, state);
  context.zookeeperConnect = `${HOST}:${state.clientPort}`;
  return `ZooKeeper is up in Docker on ${context.zookeeperConnect}`;
}

/** The port of last time or the preferred one; the next free one when a stranger sits there. */
async function portFor({ layout, options, report }: StartContext): Promise<number> {
  const preferred = readZookeeperState(layout.zookeeperState)?.clientPort ?? options.zookeeperPort;
  const port = await nextFreePort(preferred, HOST);
  if (port !== preferred) report(`Port ${preferred} is taken, so ZooKeeper gets ${port}.`);
  return port;
}

function serverOf(
  { clientPort }: ZookeeperState,
  { layout }: StartContext,
): { id: number; home: string; clientPort: number } {
  return { id: 1, home: layout.zookeeperHome, clientPort };
}
