import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaClassicError } from '../../../client/runtime/error';
import { parseServerProperties } from '../../../broker/config/server-properties';
import { brokerPropertiesFile, startBroker } from '../broker-daemon';
import { nextFreePort } from '../free-ports';
import { runningPid } from '../pid-file';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

const HOST = '127.0.0.1';

/** Brings up the brokers, or uses those that run. Sets `bootstrapServer`. */
export const brokerStep: Step<StartContext> = {
  title: 'Starting the brokers',
  run: async (context) => {
    const ids = Array.from({ length: context.options.brokers }, (_, index) => index + 1);
    const planned: PlannedBroker[] = [];
    // One after the other: each takes a port that those before it have not been given.
    for (const id of ids) planned.push(await plan(id, context, planned));
    context.bootstrapServer = planned.map(({ listener }) => listener).join(',');
    const told = await Promise.all(planned.map((broker) => bringUp(broker, context)));
    return told.join('; ');
  },
};

interface PlannedBroker {
  readonly id: number;
  /** `host:port` */
  readonly listener: string;
  readonly port: number;
  /** Its process, when it runs already. */
  readonly running: number | null;
}

async function plan(
  id: number,
  context: StartContext,
  others: readonly PlannedBroker[],
): Promise<PlannedBroker> {
  const { layout } = context;
  const before = propertiesOf(brokerPropertiesFile(id, layout));
  const running = runningPid(layout.brokerPidFile(id));
  if (running !== null && before !== null) {
    mustUseSameZookeeper(before, context);
    return { id, listener: before.listener, port: before.port, running };
  }
  const taken = others.map((other) => other.port);
  const port = await portFor(id, context, before, taken);
  return { id, listener: `${HOST}:${port}`, port, running: null };
}

async function bringUp(
  { id, listener, running }: PlannedBroker,
  context: StartContext,
): Promise<string> {
  if (running !== null) return `Broker ${id} is already serving on ${listener} (pid ${running})`;
  const { layout, terminal } = context;
  mkdirSync(layout.brokerHome(id), { recursive: true });
  writeFileSync(brokerPropertiesFile(id, layout), properties(id, context, listener));
  const pid = await startBroker(id, layout, terminal.env);
  return `Broker ${id} is serving on ${listener} (pid ${pid})`;
}

function properties(
  id: number,
  { zookeeperConnect, layout }: StartContext,
  listener: string,
): string {
  return [
    '# Written by npm start each time it starts this broker.',
    `broker.id=${id}`,
    `listeners=PLAINTEXT://${listener}`,
    `log.dirs=${join(layout.brokerHome(id), 'logs')}`,
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
  id: number,
  { options, report }: StartContext,
  before: EarlierProperties | null,
  taken: readonly number[],
): Promise<number> {
  const preferred = before?.port ?? options.port + id - 1;
  let port = await nextFreePort(preferred, HOST);
  while (taken.includes(port)) port = await nextFreePort(port + 1, HOST);
  if (port !== preferred) report(`Port ${preferred} is taken, so broker ${id} gets ${port}.`);
  return port;
}
