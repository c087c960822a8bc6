import { ProtocolError } from '../../../client/protocol/protocol-error';
import { deferred, type Deferred } from '../../../client/runtime/deferred';
import { ManualClock } from '../../../client/runtime/manual-clock';
import { defaultLogConfig, openLogManager, type LogConfig, type LogManager } from '../../log';
import { oneRecord, RecordingLogger, TestProcesses } from '../../log/testing/log-fixture';
import { MemoryFileSystem } from '../../log/testing/memory-file-system';
import type { FollowedPartition, FollowerFetchers } from '../follower-fetchers';
import type { ControllerState, IsrChange, IsrChanger } from '../isr-changer';
import type { LeaderAndIsr } from '../leader-and-isr';
import type { Partition } from '../partition';
import { ReplicaManager, type ReplicaManagerOptions } from '../replica-manager';

export const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** An instruction to lead partition `t-0` with followers 2 and 3, unless said otherwise. */
export function instruction(changes: Partial<LeaderAndIsr> = {}): LeaderAndIsr {
  return {
    topicPartition: { topic: 't', partition: 0 },
    topicId,
    isNew: true,
    leader: 1,
    leaderEpoch: 3,
    isr: [1, 2, 3],
    partitionEpoch: 7,
    replicas: [1, 2, 3],
    addingReplicas: [],
    removingReplicas: [],
    leaderRecoveryState: 'recovered',
    controllerEpoch: 1,
    ...changes,
  };
}

/** A controller that answers when the test says so. */
export class FakeIsrChanger implements IsrChanger {
  readonly asked: { readonly change: IsrChange; readonly reply: Deferred<ControllerState> }[] = [];

  change(change: IsrChange): Promise<ControllerState> {
    const reply = deferred<ControllerState>();
    this.asked.push({ change, reply });
    return reply.promise;
  }

  /** The latest change asked for. */
  get last(): IsrChange {
    return this.asked.at(-1)?.change as IsrChange;
  }

  /** The ISR of the latest change. */
  get proposed(): number[] | undefined {
    return this.asked.at(-1)?.change.newIsr.map(({ brokerId }) => brokerId);
  }

  /** Grants the latest change. */
  async grant(): Promise<void> {
    const { leaderEpoch, partitionEpoch, newIsr } = this.last;
    await this.answer({
      leader: 1,
      leaderEpoch,
      isr: newIsr.map(({ brokerId }) => brokerId),
      partitionEpoch: partitionEpoch + 1,
      leaderRecoveryState: 'recovered',
    });
  }

  async answer(state: ControllerState): Promise<void> {
    this.asked.at(-1)?.reply.resolve(state);
    await settled();
  }

  async refuse(error: Error): Promise<void> {
    this.asked.at(-1)?.reply.reject(error);
    await settled();
  }
}

/** Remembers what is followed. */
export class FakeFetchers implements FollowerFetchers {
  readonly followed = new Map<string, FollowedPartition>();
  /** Held back by tests to look at what happens meanwhile. */
  leaving: Promise<void> = Promise.resolve();

  follow(partitions: readonly FollowedPartition[]): void {
    for (const partition of partitions) {
      const { topic, partition: index } = partition.topicPartition;
      this.followed.set(`${topic}-${index}`, partition);
    }
  }

  async unfollow(partitions: readonly { topic: string; partition: number }[]): Promise<void> {
    for (const { topic, partition } of partitions) this.followed.delete(`${topic}-${partition}`);
    await this.leaving;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Broker 1 with its logs in memory; brokers 2 and 3 are played by the test. */
export class ReplicaFixture {
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  readonly files = new MemoryFileSystem();
  readonly isr = new FakeIsrChanger();
  readonly fetchers = new FakeFetchers();
  /** Broker epochs of who lives. */
  readonly live = new Map([
    [1, 100],
    [2, 200],
    [3, 300],
  ]);
  readonly lease = { held: true, isHeld: () => this.lease.held };
  minInsyncReplicas = 2;
  logManager!: LogManager;
  replicas!: ReplicaManager;

  static async open(
    options: Partial<ReplicaManagerOptions> = {},
    config: Partial<LogConfig> = {},
  ): Promise<ReplicaFixture> {
    const fixture = new ReplicaFixture();
    fixture.logManager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, ...config }),
      config: { minFreeBytes: 0 },
      identity: new TestProcesses().start(),
      environment: {
        fileSystem: fixture.files,
        random: () => 0,
        clock: fixture.clock,
        defer: (callback) => queueMicrotask(callback),
      },
      onDirectoryFailure: () => fixture.replicas.onDirectoryFailure(),
    });
    fixture.replicas = new ReplicaManager({
      brokerId: 1,
      logManager: fixture.logManager,
      clock: fixture.clock,
      logger: fixture.logger,
      isr: fixture.isr,
      followers: fixture.fetchers,
      lease: fixture.lease,
      brokerEpoch: () => fixture.live.get(1) ?? -1,
      isRegistered: () => fixture.live.has(1),
      liveBrokerEpoch: (id) => fixture.live.get(id),
      exists: () => false,
      minInsyncReplicas: () => fixture.minInsyncReplicas,
      replicaLagTimeMaxMs: () => 30_000,
      loadConfigs: () => Promise.resolve(),
      ...options,
    });
    return fixture;
  }

  /** Obeys one instruction and gives back the partition. */
  async obey(changes: Partial<LeaderAndIsr> = {}): Promise<Partition> {
    const given = instruction(changes);
    const failures = await this.replicas.becomeLeaderOrFollower(given.controllerEpoch, [given]);
    for (const failure of failures.values()) throw failure;
    const { topic, partition } = given.topicPartition;
    return this.replicas.partition(topic, partition);
  }

  /** Appends some records, one batch each, and waits until they are written here. */
  async append(partition: Partition, count = 1): Promise<void> {
    for (let i = 0; i < count; i++) await partition.append(oneRecord(`record ${i}`), 1).written;
  }

  /** A follower's fetch as the leader notes it down. */
  fetch(partition: Partition, replicaId: number, fetchOffset: number, brokerEpoch?: number): void {
    const epoch = brokerEpoch ?? this.live.get(replicaId) ?? -1;
    partition.recordFetch({ replicaId, brokerEpoch: epoch }, { fetchOffset, logStartOffset: 0 });
  }

  async close(): Promise<void> {
    await this.replicas.close();
    await this.logManager.close();
  }
}

/** Everything that can happen without time or files has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

/** The code of what a promise rejects with, 'OK' when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'OK';
  } catch (error) {
    return error instanceof ProtocolError ? error.code : String(error);
  }
}
