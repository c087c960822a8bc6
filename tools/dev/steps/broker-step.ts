import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'dot-properties';
import { KafkaClassicError } from '../../../client/runtime/error';
import { parseServerProperties } from '../../../broker/config/server-properties';
import { brokerPropertiesFile, startBroker } from '../broker-daemon';
import { nextFreePort } from '../free-ports';
import { ownConfigsIn, type OwnConfigs } from '../own-configs';
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
    context.metrics = planned[0].metrics;
    const told = await Promise.all(planned.map((broker) => bringUp(broker, context)));
    return told.join('; ');
  },
};

interface PlannedBroker {
  readonly id: number;
  /** `host:port` */
  readonly listener: string;
  readonly port: number;
  /** `host:port` of its metrics; null when it has none. */
  readonly metrics: string | null;
  /** Its process, when it runs already. */
  readonly running: number | null;
  /** What it is configured with besides, from earlier starts. */
  readonly own: OwnConfigs;
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
    return { ...before, id, running };
  }
  const taken = others.flatMap((other) => [other.port, portOf(other.metrics)]);
  const port = await portFor(id, context, before, taken);
  const metricsPort = await freePort(context.options.metricsPort + id - 1, [...taken, port]);
  const metrics = `${HOST}:${metricsPort}`;
  // One that is new is like the first.
  const own = before?.own ?? others[0]?.own ?? {};
  return { id, listener: `${HOST}:${port}`, port, metrics, running: null, own };
}

async function bringUp(broker: PlannedBroker, context: StartContext): Promise<string> {
  const { id, listener, running } = broker;
  const { options, layout, terminal, report } = context;
  if (running !== null) {
    if (Object.keys(options.override).length > 0) {
      report(`Broker ${id} runs already, without --override: run npm stop first.`);
    }
    return `Broker ${id} is already serving on ${listener} (pid ${running})`;
  }
  mkdirSync(layout.brokerHome(id), { recursive: true });
  writeFileSync(brokerPropertiesFile(id, layout), properties(broker, context));
  const pid = await startBroker(id, layout, terminal.env);
  return `Broker ${id} is serving on ${listener} (pid ${pid})`;
}

function properties(
  { id, listener, metrics, own }: PlannedBroker,
  { options, zookeeperConnect, layout }: StartContext,
): string {
  const configs = {
    // As in the file that comes with Kafka: nobody who tries things out wants to wait for others.
    'group.initial.rebalance.delay.ms': '0',
    ...own,
    ...options.override,
    'broker.id': String(id),
    listeners: `PLAINTEXT://${listener}`,
    'log.dirs': join(layout.brokerHome(id), 'logs'),
    'zookeeper.connect': zookeeperConnect ?? '',
    'http.listener': metrics ?? '',
  };
  return [
    '# npm start writes this each time it starts the broker, and keeps what you add or change, but for',
    '# addresses, directories and the id. npm start -- --override name=value adds to it.',
    stringify(configs, { keySep: '=', lineWidth: null }),
    '',
  ].join('\n');
}

/** What an earlier start has written, as far as it is needed again. */
interface EarlierProperties {
  /** `host:port` */
  readonly listener: string;
  readonly port: number;
  readonly zookeeperConnect: string | undefined;
  readonly metrics: string | null;
  readonly own: OwnConfigs;
}

/** `null` when there are none, or none that make sense. */
function propertiesOf(file: string): EarlierProperties | null {
  if (!existsSync(file)) return null;
  const properties = parseServerProperties(readFileSync(file, 'utf8'));
  const [, listener, port] =
    /^\w+:\/\/([^,]*:(\d+))$/.exec(String(properties['listeners'] ?? '')) ?? [];
  if (listener === undefined) return null;
  const zookeeperConnect = properties['zookeeper.connect'];
  const metrics = properties['http.listener'] || null;
  const own = ownConfigsIn(properties);
  return { listener, port: Number(port), zookeeperConnect, metrics, own };
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
  const port = await freePort(preferred, taken);
  if (port !== preferred) report(`Port ${preferred} is taken, so broker ${id} gets ${port}.`);
  return port;
}

/** NaN when there is none. */
function portOf(metrics: string | null): number {
  return Number(metrics?.split(':').pop());
}

async function freePort(preferred: number, taken: readonly number[]): Promise<number> {
  let port = await nextFreePort(preferred, HOST);
  while (taken.includes(port)) port = await nextFreePort(port + 1, HOST);
  return port;
}
