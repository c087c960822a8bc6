import { silentLogger } from '../../client/runtime/logger';
import { ZooKeeperGroupStorage } from '../../broker/coordinator/group/zookeeper/zookeeper-group-storage';
import {
  ANY_VERSION,
  createBootstrapPaths,
  createSessionFactory,
  ZooKeeperClient,
} from '../../zk-coordination';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

/**
 * How many offset commits a second one group gets into a real ensemble of three servers, and how
 * long they take, next to what the ensemble takes of multis in the same run:
 *
 *     npm run build && node dist/integration-tests/groups/commit-rate.js [seconds] [commits/s]
 */
const PARTITIONS = 100;
const seconds = Number(process.argv[2] ?? 10);
const target = Number(process.argv[3] ?? 5_000);

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Lets `workers` repeat an act for a while; with a rate, each begins its acts at even distances. */
async function measure(
  workers: number,
  perSecond: number | undefined,
  act: (worker: number, turn: number) => Promise<unknown>,
): Promise<Measured> {
  const taken: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  const work = async (worker: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const due =
        perSecond === undefined
          ? performance.now()
          : start + ((turn * workers + worker) * 1_000) / perSecond;
      if (due >= end) return;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      await act(worker, turn);
      // From when it should have begun: what waits for its predecessor waits, too.
      taken.push(performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  const elapsed = (performance.now() - start) / 1_000;
  taken.sort((a, b) => a - b);
  const quantile = (q: number) =>
    taken[Math.min(taken.length - 1, Math.floor(taken.length * q))] ?? 0;
  return {
    perSecond: taken.length / elapsed,
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: quantile(1),
  };
}

function report(what: string, { perSecond, p50, p99, max }: Measured): void {
  const ms = (value: number) => value.toFixed(1).padStart(7);
  const rate = Math.round(perSecond).toLocaleString('en').padStart(8);
  process.stdout.write(
    `${what.padEnd(52)}${rate}/s  p50${ms(p50)}  p99${ms(p99)}  max${ms(max)} ms\n`,
  );
}

async function main(): Promise<void> {
  const ensemble = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 2_000 });
  const factory = createSessionFactory({
    connectString: ensemble.connectString,
    sessionTimeoutMs: 18_000,
  });
  const zk = new ZooKeeperClient({ factory });
  try {
    await zk.connect();
    await createBootstrapPaths(zk);
    await zk.create('/limit', Buffer.from('0'));
    const paths = Array.from({ length: PARTITIONS }, (_, at) => `/limit/${at}`);
    for (const path of paths) await zk.create(path, null);
    const data = Buffer.alloc(100, 'x');
    const set = (path: string) => ({ type: 'set', path, data, version: ANY_VERSION }) as const;
    const check = { type: 'check', path: '/limit', version: 0 } as const;
    const path = (at: number) => paths[at % PARTITIONS] as string;
    report(
      'limit: multi of check and set, 1 under way',
      await measure(1, undefined, (_, turn) => zk.multi([check, set(path(turn))])),
    );
    report(
      'limit: multi of check and set, 100 under way',
      await measure(100, undefined, (worker) => zk.multi([check, set(path(worker))])),
    );
    report(
      'limit: multi of check and 100 sets, 1 under way',
      await measure(1, undefined, () => zk.multi([check, ...paths.map(set)])),
    );

    const storage = new ZooKeeperGroupStorage({
      zk,
      brokerId: 1,
      brokerEpoch: () => 1,
      brokers: () => [{ id: 1, epoch: 1 }],
      logger: silentLogger,
    });
    const claim = await storage.claim('rate', { onLost: () => process.exit(1) });
    const commit = (partition: number, offset: number) =>
      claim.saveOffsets([
        {
          topic: 'orders',
          partition,
          committed: {
            offset,
            leaderEpoch: 0,
            metadata: '',
            commitTimestamp: Date.now(),
            expireTimestamp: null,
          },
        },
      ]);
    report(
      `${PARTITIONS} consumers, ${target.toLocaleString('en')} commits/s asked for`,
      await measure(PARTITIONS, target, commit),
    );
    report(
      `${PARTITIONS} consumers, as fast as they can`,
      await measure(PARTITIONS, undefined, commit),
    );
    await storage.close();
  } finally {
    await zk.close();
    await ensemble.stop();
  }
}

void main();
