import { silentLogger } from '../../../../client/runtime/logger';
import { ManualClock } from '../../../../client/runtime/manual-clock';
import { defaultLogConfig, openLogManager, type Log } from '../../../log';
import { readAll, TestProcesses } from '../../../log/testing/log-fixture';
import { FaultyFileSystem } from '../../../log/testing/faulty-file-system';
import { MemoryFileSystem } from '../../../log/testing/memory-file-system';
import { FetcherManager } from '../fetcher-manager';
import { defaultFetcherConfig } from '../fetcher-options';
import { FakeLeader } from './fake-leader';
import { FakePeers, type Fate } from './fake-peers';
import { produce, t0, topicId, turn, turns } from './follower-fixture';

/** What the controller has decided last. */
interface Decision {
  leader: number;
  leaderEpoch: number;
  isr: number[];
}

/** One broker: a disk, and the process of the moment. */
class ModelBroker {
  readonly files = new MemoryFileSystem();
  private readonly processes = new TestProcesses();
  private kill: () => Promise<void> = () => Promise.resolve();
  log!: Log;
  leader!: FakeLeader;
  fetchers!: FetcherManager;
  alive = false;
  /** The epoch it has been told to lead under. */
  leading: number | undefined;

  constructor(
    readonly id: number,
    private readonly clock: ManualClock,
    private readonly peers: FakePeers,
    private readonly rangeFirst: boolean,
  ) {}

  async start(): Promise<void> {
    const identity = this.processes.start();
    const disk = new FaultyFileSystem(this.files);
    this.kill = async () => {
      identity.kill();
      await disk.kill();
    };
    const manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: this.id,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, segmentBytes: 400, indexIntervalBytes: 100 }),
      config: { minFreeBytes: 0 },
      identity,
      environment: { fileSystem: disk.fileSystem, random: () => 0, clock: new ManualClock() },
    });
    this.log = await manager.getOrCreateLog(t0, { topicId });
    this.leader = new FakeLeader(this.clock);
    this.leader.rangeFirst = this.rangeFirst;
    this.peers.leaders.set(this.id, this.leader);
    this.fetchers = new FetcherManager({
      brokerId: this.id,
      brokerEpoch: () => 1,
      peers: this.peers,
      clock: this.clock,
      logger: silentLogger,
      random: () => 0.5,
      config: defaultFetcherConfig,
    });
    this.alive = true;
  }

  async die(): Promise<void> {
    this.alive = false;
    this.leading = undefined;
    this.peers.leaders.delete(this.id);
    this.leader.resign(t0.topic, t0.partition);
    await this.kill();
    await this.fetchers.close();
  }

  /** LeaderAndIsr. */
  async obey({ leader, leaderEpoch, isr }: Decision): Promise<void> {
    if (leader !== this.id) {
      this.leading = undefined;
      this.leader.resign(t0.topic, t0.partition);
      const { log } = this;
      this.fetchers.follow([{ topicPartition: t0, topicId, leader, leaderEpoch, log }]);
      return;
    }
    const followers = isr.filter((id) => id !== this.id);
    const state = this.leader.partitions.get('t-0');
    if (state?.leaderEpoch === leaderEpoch) {
      state.followers = followers;
      this.leader.advance('t-0');
      return;
    }
    await this.fetchers.unfollow([t0]);
    if (!this.alive) return;
    this.leading = leaderEpoch;
    this.leader.lead(t0.topic, t0.partition, { log: this.log, leaderEpoch, followers });
  }
}

/**
 * Three brokers, one partition, and a controller that never errs: it elects from the ISR (unless
 * told otherwise) and takes dead brokers out of it. What it says reaches the brokers one by one.
 */
export class ModelCluster {
  readonly clock = new ManualClock();
  readonly peers = new FakePeers();
  readonly brokers: readonly ModelBroker[];
  readonly decision: Decision = { leader: 1, leaderEpoch: 0, isr: [1, 2, 3] };
  /** What has ever been below a high watermark. */
  private committed: Buffer = Buffer.alloc(0);
  private produced = 0;

  constructor(fates: readonly Fate[], rangeFirst: boolean) {
    const { clock, peers } = this;
    this.brokers = [1, 2, 3].map((id) => new ModelBroker(id, clock, peers, rangeFirst));
    let next = 0;
    this.peers.fate = () => fates[next++ % Math.max(1, fates.length)] ?? 'answered';
  }

  async start(): Promise<void> {
    for (const broker of this.brokers) await broker.start();
    await this.announce();
  }

  /** Appends under whatever epoch the broker believes to lead, be it deposed long since. */
  async produce(id: number, count: number): Promise<void> {
    const { log, leading, leader, alive } = this.broker(id);
    if (!alive || leading === undefined) return;
    for (let i = 0; i < count; i++) {
      await produce(log, leading, `${id} under ${leading}: ${this.produced++} `, 1 + (i % 3));
    }
    leader.advance('t-0');
  }

  /** @param order in which the brokers hear of it; some may not for now */
  async elect(id: number, unclean: boolean, order: readonly number[]): Promise<void> {
    const { alive } = this.broker(id);
    if (!alive || !(unclean || this.decision.isr.includes(id))) return;
    this.decide(id, unclean ? [id] : this.decision.isr);
    await this.announce(order);
  }

  async kill(id: number, powerLoss?: () => number): Promise<void> {
    const broker = this.broker(id);
    if (!broker.alive) return;
    await broker.die();
    if (powerLoss) broker.files.crash(powerLoss);
    const left = this.decision.isr.filter((other) => other !== id);
    if (left.length === 0) return;
    this.decide(this.decision.leader === id ? (left[0] as number) : this.decision.leader, left);
    await this.announce();
  }

  async restart(id: number): Promise<void> {
    const broker = this.broker(id);
    if (broker.alive) return;
    await broker.start();
    if (this.decision.leader === id) this.decide(id, this.decision.isr);
    await this.announce();
  }

  async pass(count: number): Promise<void> {
    await turns(count);
    this.clock.advance(count);
    this.peers.letGo();
  }

  /** Everybody is back, nothing is lost any more: all logs become one, and all of it is committed. */
  async settle(): Promise<void> {
    this.peers.fate = () => 'answered';
    this.peers.holding = false;
    this.peers.letGo();
    for (const { id } of this.brokers) await this.restart(id);
    this.decide(this.decision.leader, this.decision.isr);
    await this.announce();
    const leader = this.broker(this.decision.leader).log;
    const isSettled = ({ log }: ModelBroker) =>
      log.logEndOffset === leader.logEndOffset && log.highWatermark === leader.logEndOffset;
    for (
      let i = 0;
      !this.brokers.every((broker) => broker.log.logEndOffset === leader.logEndOffset);
      i++
    ) {
      await this.waitALittle(i);
    }
    this.decision.isr = [1, 2, 3];
    await this.announce();
    for (let i = 0; !this.brokers.every(isSettled); i++) await this.waitALittle(i);
  }

  /** All logs, whole. */
  logs(): Promise<Buffer[]> {
    return Promise.all(this.brokers.map(({ log }) => readAll(log, 0)));
  }

  /** @returns what is wrong with what lies below the high watermarks */
  async check(): Promise<string | undefined> {
    for (const { id, log, alive } of this.brokers) {
      if (!alive) continue;
      const { highWatermark, writtenEndOffset } = log;
      if (highWatermark > writtenEndOffset) return `high watermark of ${id} above its end`;
      const below = await readBelow(log, highWatermark);
      const length = Math.min(below.length, this.committed.length);
      if (!below.subarray(0, length).equals(this.committed.subarray(0, length))) {
        return `broker ${id} differs below its high watermark ${highWatermark}`;
      }
      if (below.length > this.committed.length) this.committed = below;
    }
    return undefined;
  }

  async holdsAllCommitted(): Promise<boolean> {
    const [log] = await this.logs();
    return log?.subarray(0, this.committed.length).equals(this.committed) ?? false;
  }

  async close(): Promise<void> {
    for (const broker of this.brokers) if (broker.alive) await broker.die();
  }

  private decide(leader: number, isr: readonly number[]): void {
    this.decision.leader = leader;
    this.decision.isr = [...isr];
    this.decision.leaderEpoch++;
  }

  private async announce(order: readonly number[] = [1, 2, 3]): Promise<void> {
    for (const id of order) {
      const broker = this.broker(id);
      if (broker.alive) await broker.obey({ ...this.decision });
      await turns(3);
    }
  }

  private broker(id: number): ModelBroker {
    return this.brokers[id - 1] as ModelBroker;
  }

  private async waitALittle(turnsSoFar: number): Promise<void> {
    if (turnsSoFar > 3000) throw new Error(`Not settled: ${JSON.stringify(this.describe())}`);
    await turn();
    if (turnsSoFar % 20 === 19) this.clock.advance(50);
  }

  private describe(): object {
    const brokers = this.brokers.map(({ id, log, leading, alive, fetchers }) => {
      const { logStartOffset, logEndOffset, highWatermark, latestEpoch } = log;
      const { failedPartitions } = fetchers;
      return {
        id,
        logStartOffset,
        logEndOffset,
        highWatermark,
        latestEpoch,
        leading,
        alive,
        failedPartitions,
      };
    });
    return { ...this.decision, brokers };
  }
}

async function readBelow(log: Log, end: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = log.logStartOffset; offset < end;) {
    const { records, nextOffset } = await log.read(offset, 1e6, end);
    if (records.length === 0) break;
    parts.push(Buffer.from(records));
    offset = nextOffset;
  }
  return Buffer.concat(parts);
}
