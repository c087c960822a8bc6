import { cpus } from 'node:os';
import { Kafka } from '../../client';
import { delay } from '../../client/runtime/clock';
import { longestUnavailability } from '../../tools/drill/checker/durability';
import { History } from '../../tools/drill/checker/history';
import { indexPartition } from '../../tools/drill/checker/partition-index';
import { newVerdict } from '../../tools/drill/checker/verdict';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { ClusterView } from './judge/cluster-view';
import { within } from './timeline';

/**
 * How long nobody is served when a machine goes: three brokers and three ZooKeeper servers as
 * processes of this machine, sessions of 6 s. Prints a table in Markdown.
 *
 *     node dist/integration-tests/drills/availability.js [rounds, default 3]
 */

const SESSION_MS = 6000;
const PARTITIONS = 1000;
const TOPICS = 1000;
const PER_TOPIC = 3;
/** Each partition gets a record so often. */
const EVERY_MS = 500;
const STEPS = 20;
const LIMIT_MS = 120_000;

const rounds = Number(process.argv[2] ?? 3);

interface Measured {
  readonly what: string;
  readonly target: string;
  /** One value for each round, in ms. */
  readonly ms: number[];
}

interface Bench {
  readonly cluster: MultiBrokerCluster;
  readonly view: ClusterView;
  readonly kafka: Kafka;
}

async function withCluster(work: (bench: Bench) => Promise<void>): Promise<void> {
  const cluster = await MultiBrokerCluster.start({
    zookeeper: { nodes: 3, tickTimeMs: 500 },
    configs: {
      'zookeeper.session.timeout.ms': String(SESSION_MS),
      'log.dir.min.free.bytes': '0',
      'default.replication.factor': '3',
    },
  });
  const view = await ClusterView.open(cluster.zookeeper.connectString);
  const kafka = new Kafka({ brokers: cluster.addresses, apiTimeout: LIMIT_MS });
  try {
    await work({ cluster, view, kafka });
  } finally {
    await cluster.close();
    await view.close();
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > end) throw new Error(`Not reached: ${what}.`);
    await delay(100);
  }
}

/** A record to each partition twice a second, and when each was acknowledged. */
class Load {
  readonly history = new History();
  private readonly producer;
  private values = 0;
  private pending = 0;
  private stopped = false;
  private readonly ended: Promise<void>;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
  ) {
    this.producer = kafka.producer({ acks: 'all', requestTimeoutMs: 5000 });
    this.ended = this.run();
  }

  /** For each partition that was waiting at that time: ms until its first acknowledgement after it. */
  firstAcksAfter(time: number, partitions: readonly number[]): number[] {
    return partitions.map((partition) => {
      const { acks } = this.history.partition(`${this.topic}-${partition}`);
      const first = acks.find(({ completedAt }) => completedAt > time);
      return first ? first.completedAt - time : Infinity;
    });
  }

  /** The longest time a partition acknowledged nothing since then, over these partitions. */
  longestGap(since: number, partitions: readonly number[]): number {
    const gaps = partitions.map((partition) => {
      const name = `${this.topic}-${partition}`;
      const all = this.history.partition(name);
      const recent = new History().partition(name);
      recent.acks.push(...all.acks.filter(({ invokedAt }) => invokedAt > since));
      return longestUnavailability(indexPartition(recent, newVerdict()));
    });
    return Math.max(...gaps);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.ended;
    await until('every send has ended', () => Promise.resolve(this.pending === 0));
    await this.producer.close();
  }

  private async run(): Promise<void> {
    for (let step = 0; !this.stopped; step = (step + 1) % STEPS) {
      for (let partition = step; partition < PARTITIONS; partition += STEPS) this.send(partition);
      await delay(EVERY_MS / STEPS);
    }
  }

  private send(partition: number): void {
    const facts = this.history.partition(`${this.topic}-${partition}`);
    const value = this.values++;
    const send = facts.sending(0, value, value, performance.now());
    this.pending++;
    this.producer.produceCallback(
      this.topic,
      String(value),
      null,
      (error, report) => {
        this.pending--;
        if (!error) facts.acked(send, report!.offset, performance.now());
      },
      { partition },
    );
  }
}

/** The partitions a broker leads. */
async function ledBy(view: ClusterView, topic: string, broker: number): Promise<number[]> {
  const states = await view.partitions(topic, PARTITIONS);
  return states.flatMap((state, partition) => (state?.leader === broker ? [partition] : []));
}

function allInSync(view: ClusterView, topic: string): Promise<void> {
  return until('all replicas are in sync', async () =>
    (await view.partitions(topic, PARTITIONS)).every((state) => state?.isr.length === 3),
  );
}

async function leaders(kill: Measured, stop: Measured): Promise<void> {
  await withCluster(async ({ cluster, view, kafka }) => {
    const topic = 'wide';
    const admin = kafka.admin();
    const configs = { 'min.insync.replicas': '2' };
    await admin.createTopics([{ topic, numPartitions: PARTITIONS, replicationFactor: 3, configs }]);
    await admin.close();
    for (let round = 0; round < rounds; round++) {
      const controller = await view.controllerId();
      // Not the controller: its own failover is measured by itself.
      const victim = cluster.ids.filter((id) => id !== controller)[round % 2]!;
      kill.ms.push(await leaderKill(cluster, view, kafka, topic, victim));
      stop.ms.push(await cleanShutdown(cluster, view, kafka, topic, victim));
    }
  });
}

async function leaderKill(
  cluster: MultiBrokerCluster,
  view: ClusterView,
  kafka: Kafka,
  topic: string,
  victim: number,
): Promise<number> {
  const { load, led } = await underLoad(view, kafka, topic, victim);
  await cluster.kill(victim);
  const expired = await view.gone(`/brokers/ids/${victim}`);
  await until('all are acknowledged again', () =>
    Promise.resolve(load.firstAcksAfter(expired, led).every(Number.isFinite)),
  );
  const longest = Math.max(...load.firstAcksAfter(expired, led));
  await load.stop();
  await back(cluster, view, topic, victim);
  return longest;
}

async function cleanShutdown(
  cluster: MultiBrokerCluster,
  view: ClusterView,
  kafka: Kafka,
  topic: string,
  victim: number,
): Promise<number> {
  const { load, led } = await underLoad(view, kafka, topic, victim);
  const began = performance.now();
  await cluster.stop(victim);
  await delay(3000);
  await load.stop();
  const longest = load.longestGap(began - EVERY_MS, led);
  await back(cluster, view, topic, victim);
  return longest;
}

async function underLoad(view: ClusterView, kafka: Kafka, topic: string, victim: number) {
  await allInSync(view, topic);
  const load = new Load(kafka, topic);
  await delay(5000);
  return { load, led: await ledBy(view, topic, victim) };
}

/** Started again and leading its share. */
async function back(
  cluster: MultiBrokerCluster,
  view: ClusterView,
  topic: string,
  broker: number,
): Promise<void> {
  await cluster.start(broker);
  await allInSync(view, topic);
  const admin = new Kafka({ brokers: cluster.addresses, apiTimeout: LIMIT_MS }).admin();
  await admin.electLeaders({ type: 'preferred' });
  await admin.close();
}

async function controllers(failover: Measured, created: Measured): Promise<void> {
  await withCluster(async ({ cluster, view, kafka }) => {
    const admin = kafka.admin();
    const all = Array.from({ length: TOPICS }, (_, i) => ({
      topic: `t-${i}`,
      numPartitions: PER_TOPIC,
      replicationFactor: 3,
    }));
    while (all.length > 0) await admin.createTopics(all.splice(0, 50));
    for (let round = 0; round < rounds; round++) {
      const victim = await view.controllerId();
      const complete = cluster.ids
        .filter((id) => id !== victim)
        .map((id) => cluster.broker(id).log.next('controller-failover-complete'));
      await cluster.kill(victim);
      const vacant = await view.gone('/controller');
      await within(Promise.race(complete), LIMIT_MS);
      failover.ms.push(performance.now() - vacant);
      await admin.createTopics([
        { topic: `after-${round}`, numPartitions: 1, replicationFactor: 2 },
      ]);
      created.ms.push(performance.now() - vacant);
      await cluster.start(victim);
      await until('all replicas are in sync', async () => {
        for (let i = 0; i < TOPICS; i += 50) {
          const states = await view.partitions(`t-${i}`, PER_TOPIC);
          if (!states.every((state) => state?.isr.length === 3)) return false;
        }
        return true;
      });
    }
    await admin.close();
  });
}

function table(rows: readonly Measured[]): string {
  const lines = ['| what | target | median | worst |', '|---|---:|---:|---:|'];
  for (const { what, target, ms } of rows) {
    const sorted = [...ms].sort((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
    const worst = sorted.at(-1) ?? NaN;
    lines.push(`| ${what} | ${target} | ${Math.round(median)} ms | ${Math.round(worst)} ms |`);
  }
  return lines.join('\n');
}

async function main(): Promise<void> {
  const row = (what: string, target: string): Measured => ({ what, target, ms: [] });
  const rows = [
    row(
      `leader killed, ${PARTITIONS} partitions: after its session has ended, until each is acknowledged again`,
      '1000 ms',
    ),
    row(`clean shutdown, ${PARTITIONS} partitions: the longest pause of any partition`, '300 ms'),
    row(
      `controller killed, ${TOPICS} topics of ${PER_TOPIC} partitions: after its session has ended, until another is done`,
      '3000 ms',
    ),
    row('the same, until a topic has been created', '3000 ms'),
  ] as const;
  await leaders(rows[0], rows[1]);
  await controllers(rows[2], rows[3]);
  process.stdout.write(`${table(rows)}\n\n${rounds} rounds, ${cpus().length} cores.\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(130));
}
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
