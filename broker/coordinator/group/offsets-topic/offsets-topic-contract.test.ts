import { silentLogger } from '../../../../client/runtime/logger';
import { CompactionFixture } from '../../../log/testing/compaction-fixture';
import { defaultLogConfig, type Log, type LogManager } from '../../../log';
import { describeGroupStorage } from '../contract/group-storage-contract';
import type { GroupStorage } from '../group-storage';
import { CommitRounds } from './commit-rounds';
import { partitionOfGroup } from './group-partition';
import { OffsetsTopicStorage } from './offsets-topic-storage';
import { FakeMembership } from './testing/fake-membership';
import { FakePartition } from './testing/fake-partition';

/** So many that no two groups of the contract share one. */
const PARTITIONS = 100_003;

interface Broker {
  readonly id: number;
  readonly storage: GroupStorage;
  readonly partitions: Map<number, FakePartition>;
  changed(): void;
  isAlive: boolean;
}

/**
 * Brokers that share the logs of the offsets topic. The contract lets any broker claim a group; here
 * that takes the lead of its partition, which the controller moves as long as nobody has claimed it.
 */
class Cluster {
  private fixture = new CompactionFixture({ ...defaultLogConfig, cleanupPolicy: ['compact'] });
  private membership = new FakeMembership();
  private manager: Promise<LogManager> | undefined;
  private readonly logs = new Map<number, Log>();
  private readonly brokers = new Map<number, Broker>();
  private readonly leaders = new Map<number, number>();

  async join(id: number): Promise<GroupStorage> {
    this.manager ??= this.fixture.open().then(({ manager }) => manager);
    await this.manager;
    let changed = () => {};
    const partitions = new Map<number, FakePartition>();
    const rounds = new CommitRounds(this.fixture.clock, queueMicrotask);
    const storage = new OffsetsTopicStorage({
      membership: this.membership.storage(),
      allGroups: () => Promise.resolve([...this.membership.groups.keys()]),
      partitionCount: () => Promise.resolve(PARTITIONS),
      leader: (index) => this.leaderOf(index),
      createTopic: () => Promise.resolve(),
      partition: (index) => partitions.get(index),
      onLeadershipChange: (callback) => {
        changed = callback;
        return () => {};
      },
      shard: () => ({
        ...{ commitTimeoutMs: 5000, requiredAcks: -1, compression: 'none', bufferBytes: 1e6 },
        ...{ now: () => this.fixture.clock.now(), pause: () => Promise.resolve() },
        rounds,
        logger: silentLogger,
      }),
      logger: silentLogger,
    });
    const broker = { id, storage, partitions, changed: () => changed(), isAlive: true };
    this.brokers.set(id, broker);
    return {
      coordinatorOf: (groupId) => storage.coordinatorOf(groupId),
      claim: async (groupId, events) => {
        await this.lead(broker, groupId);
        return storage.claim(groupId, events);
      },
      list: () => storage.list(),
      read: async (groupId) => {
        await this.lead(broker, groupId);
        const leader = this.leaderOf(partitionOfGroup(groupId, PARTITIONS));
        return this.broker(leader ?? id).storage.read(groupId);
      },
      close: async () => {
        await storage.close();
        broker.isAlive = false;
      },
    };
  }

  /** Takes the lead of the group's partition, unless its leader has claimed the group. */
  private async lead(broker: Broker, groupId: string): Promise<void> {
    const index = partitionOfGroup(groupId, PARTITIONS);
    const log = await this.log(index);
    if (this.membership.owners.has(groupId)) return;
    for (const [id, { partitions, changed }] of this.brokers) {
      if (id === broker.id) continue;
      partitions.get(index)?.loseLead();
      changed();
    }
    const partition = broker.partitions.get(index) ?? new FakePartition(log);
    broker.partitions.set(index, partition);
    if (this.leaders.get(index) !== broker.id || !this.isLedBy(partition)) partition.takeLead();
    this.leaders.set(index, broker.id);
  }

  private isLedBy(partition: FakePartition): boolean {
    try {
      return partition.leading() !== undefined;
    } catch {
      return false;
    }
  }

  kill(id: number): Promise<void> {
    const dead = this.broker(id);
    dead.isAlive = false;
    for (const partition of dead.partitions.values()) partition.loseLead();
    dead.changed();
    return Promise.resolve();
  }

  async end(): Promise<void> {
    await (await this.manager)?.close();
    this.fixture = new CompactionFixture({ ...defaultLogConfig, cleanupPolicy: ['compact'] });
    this.membership = new FakeMembership();
    this.manager = undefined;
    for (const all of [this.logs, this.brokers, this.leaders]) all.clear();
  }

  private leaderOf(index: number): number | undefined {
    const leader = this.leaders.get(index);
    if (leader !== undefined && this.broker(leader).isAlive) return leader;
    return [...this.brokers.values()].find(({ isAlive }) => isAlive)?.id;
  }

  private broker(id: number): Broker {
    const broker = this.brokers.get(id);
    if (!broker) throw new Error(`There is no broker ${id}.`);
    return broker;
  }

  private async log(partition: number): Promise<Log> {
    const manager = await this.manager;
    const known =
      this.logs.get(partition) ??
      (await manager?.getOrCreateLog({ topic: '__consumer_offsets', partition }));
    if (!known) throw new Error('Nobody has joined.');
    this.logs.set(partition, known);
    return known;
  }
}

const cluster = new Cluster();
describeGroupStorage('OffsetsTopicStorage', {
  join: (brokerId) => cluster.join(brokerId),
  kill: (brokerId) => cluster.kill(brokerId),
  until: (promise) => promise,
  afterEach: () => cluster.end(),
});
