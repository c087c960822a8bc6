import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaClassicError } from '../../../client/runtime/error';
import { parseServerProperties } from '../../../broker/config/server-properties';
import { projectRoot } from '../../cli/project-root';
import { startDaemon } from '../../kafka/daemon-start';
import { nextFreePort } from '../free-ports';
import { runningPid } from '../pid-file';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

const HOST = '127.0.0.1';
export const BROKER_ID = 1;

/** Brings up the broker, or uses the one that runs. Sets `bootstrapServer`. */
export const brokerStep: Step<StartContext> = {
  title: 'Starting the broker',
  run: async (context) => {
    const { layout, terminal } = context;
    const home = layout.brokerHome(BROKER_ID);
    const pidFile = layout.brokerPidFile(BROKER_ID);
    const file = join(home, 'server.properties');
    const before = propertiesOf(file);
    const running = runningPid(pidFile);
    if (running !== null && before !== null) {
      mustUseSameZookeeper(before, context);
      context.bootstrapServer = before.listener;
      return `Broker ${BROKER_ID} is already serving on ${context.bootstrapServer} (pid ${running})`;
    }
    const bootstrapServer = `${HOST}:${await portFor(context, before)}`;
    mkdirSync(home, { recursive: true });
    writeFileSync(file, properties(context, bootstrapServer, join(home, 'logs')));
    const { pid } = await startDaemon({
      args: [join(projectRoot(), 'dist/tools/kafka-server-start.js'), file, '--pid-file', pidFile],
      pidFile,
      logFolder: home,
      env: terminal.env,
    });
    context.bootstrapServer = bootstrapServer;
    return `Broker ${BROKER_ID} is serving on ${bootstrapServer} (pid ${pid})`;
  },
};

function properties(
  { zookeeperConnect }: StartContext,
  bootstrapServer: string,
  logDirs: string,
): string {
  return [
    '# Written by npm start each time it starts this broker.',
    `broker.id=${BROKER_ID}`,
    `listeners=PLAINTEXT://${bootstrapServer}`,
    `log.dirs=${logDirs}`,
    `zookeeper.connect=${zookeeperConnect}`,
    '',
  ].join('\n');
}

/** What an earlier start has written, as far as it is needed again. */
interface EarlierProperties {
  /** `host:port` */
  readonly listener: string;
  readonly port: number;
  readonly zookeeperConnect: string | undefined;
}

/** `null` when there are none, or none that make sense. */
function propertiesOf(file: string): EarlierProperties | null {
  if (!existsSync(file)) return null;
  const properties = parseServerProperties(readFileSync(file, 'utf8'));
  const [, listener, port] =
    /^\w+:\/\/([^,]*:(\d+))$/.exec(String(properties['listeners'] ?? '')) ?? [];
  if (listener === undefined) return null;
  const zookeeperConnect = properties['zookeeper.connect'];
  return { listener, port: Number(port), zookeeperConnect };
}

/** A broker that runs cannot be moved to another ZooKeeper. */
function mustUseSameZookeeper(
  { zookeeperConnect: before }: EarlierProperties,
  { zookeeperConnect: now }: StartContext,
): void {
  if (before === undefined || before === now) return;
  throw new KafkaClassicError(`The broker runs with ZooKeeper ${before}, not with ${now}.`, {
    code: 'ZOOKEEPER_CHANGED',
    retriable: false,
    advice: 'Run npm stop, then npm start again; with ZOOKEEPER_CONNECT as it was to go on there.',
  });
}

/** The port of last time or the preferred one; the next free one when a stranger sits there. */
async function portFor(
  { options, report }: StartContext,
  before: EarlierProperties | null,
): Promise<number> {
  const preferred = before?.port ?? options.port;
  const port = await nextFreePort(preferred, HOST);
  if (port !== preferred) report(`Port ${preferred} is taken, so the broker gets ${port}.`);
  return port;
}
