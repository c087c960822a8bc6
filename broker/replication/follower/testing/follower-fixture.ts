import { ManualClock } from '../../../../client/runtime/manual-clock';
import type { Log, LogManager, TopicPartition } from '../../../log';
import { defaultLogConfig, openLogManager, type LogConfig } from '../../../log';
import { batchOf, RecordingLogger, TestProcesses } from '../../../log/testing/log-fixture';
import { MemoryFileSystem } from '../../../log/testing/memory-file-system';
import type { FollowedPartition } from '../../follower-fetchers';
import { FetcherManager } from '../fetcher-manager';
import { defaultFetcherConfig, type FetcherOptions } from '../fetcher-options';
import { FakeLeader } from './fake-leader';
import { FakePeers } from './fake-peers';

export const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
export const t0: TopicPartition = { topic: 't', partition: 0 };

/** A broker's logs in memory; a crash is a new process on the same files. */
export class FakeDisk {
  readonly files = new MemoryFileSystem();
  private readonly processes = new TestProcesses();
  private kill = () => {};
  manager!: LogManager;

  constructor(private readonly config: Partial<LogConfig> = {}) {}

  async start(): Promise<this> {
    this.kill();
    const identity = this.processes.start();
    this.kill = identity.kill;
    this.manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, ...this.config }),
      config: { minFreeBytes: 0 },
      identity,
      environment: { fileSystem: this.files, random: () => 0, clock: new ManualClock() },
    });
    return this;
  }

  log(of: TopicPartition = t0): Promise<Log> {
    return this.manager.getOrCreateLog(of, { topicId });
  }
}

/** Broker 1 with its fetchers, and leaders 2 and 3. */
export class FollowerFixture {
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  readonly peers = new FakePeers();
  readonly fetchers: FetcherManager;

  constructor(options: Partial<FetcherOptions> = {}) {
    this.fetchers = new FetcherManager({
      brokerId: 1,
      brokerEpoch: () => 1,
      peers: this.peers,
      clock: this.clock,
      logger: this.logger,
      random: () => 0.5,
      config: defaultFetcherConfig,
      ...options,
    });
    for (const id of [2, 3]) this.peers.leaders.set(id, new FakeLeader(this.clock));
  }

  leader(id = 2): FakeLeader {
    return this.peers.leaders.get(id) as FakeLeader;
  }

  disk(config: Partial<LogConfig> = {}): Promise<FakeDisk> {
    return new FakeDisk(config).start();
  }

  follow(log: Log, leaderEpoch: number, rest: Partial<FollowedPartition> = {}): void {
    const { topicPartition } = log;
    this.fetchers.follow([{ topicPartition, topicId, leader: 2, leaderEpoch, log, ...rest }]);
  }

  /** Lets things happen until a condition holds; time passes while nothing else does. */
  async until(condition: () => boolean, what = 'the condition'): Promise<void> {
    for (let turns = 0; turns < 3000; turns++) {
      if (condition()) return;
      await turn();
      if (turns % 20 === 19) this.clock.advance(25);
    }
    throw new Error(`Waited in vain for ${what}.`);
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Some turns of the event loop: all that can happen at this time has happened. */
export async function turns(count = 30): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/** Appends a batch of some records as a leader. */
export async function produce(log: Log, epoch: number, value: string, count = 1): Promise<void> {
  const records = Array.from({ length: count }, (_, i) => ({ value: Buffer.from(`${value}${i}`) }));
  await log.appendAsLeader(batchOf(records), epoch).written;
}
