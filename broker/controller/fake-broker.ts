import type { Api, RequestInput, ResponseInput } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import { ControlRequestType, LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { StopReplica } from '../../client/protocol/messages/stop-replica';
import { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import {
  BrokerStore,
  ConfigStore,
  createBootstrapPaths,
  EphemeralRegistry,
  LogDirEventStore,
  PartitionStateStore,
  PreferredElectionStore,
  ProducerIdBlockStore,
  ReassignPartitionsStore,
  TopicDeletionStore,
  TopicStore,
  ZooKeeperClient,
  type SessionFactory,
  type ZkSession,
} from '../../zk-coordination';
import type { InMemoryEnsemble } from '../../zk-coordination/double/in-memory-ensemble';
import type { PeerChannel } from '../peers/peer-channel';
import { Controller } from './controller';
import type { ControllerConfigs, ControllerStores } from './controller-environment';

type Instructions = RequestInput<typeof LeaderAndIsr>;
type Told = Instructions['topicStates'][number]['partitionStates'][number] & {
  readonly topicId: string;
};

/** Where a fake broker lives. */
export interface FakeBrokerWorld {
  readonly ensemble: InMemoryEnsemble;
  readonly clock: Clock;
  readonly configs: ControllerConfigs;
  loggerOf(brokerId: number): Logger;
  channel(from: FakeBroker, to: number): PeerChannel;
}

/** What a broker was asked by a controller. */
export interface Asked {
  readonly api: string;
  readonly type?: number;
  readonly controllerEpoch: number;
  readonly partitions: readonly string[];
}

/**
 * For tests: a broker that has a candidate for controller, and that does what the controller in
 * office says, as far as it is registered.
 */
export class FakeBroker {
  readonly zk: ZooKeeperClient;
  readonly controller: Controller;
  readonly stores: ControllerStores;
  /** What it was asked and has answered, in order. */
  readonly asked: Asked[] = [];
  /** What it leads and follows, by `topic-partition`. */
  readonly told = new Map<string, Told>();
  /** What it would answer to clients, by `topic-partition`. */
  readonly metadata = new Map<
    string,
    { leader: number; isr: readonly number[]; topicId: string }
  >();
  readonly deleted: string[] = [];
  /** Errors to answer with, by `topic-partition`. */
  readonly failures = new Map<string, ErrorName>();
  /** Whether requests get to it, and answers back. */
  link: 'up' | 'down' | 'answers lost' = 'up';
  /** Requests are answered when this is resolved. */
  hold: Promise<void> | undefined;
  controllerId = -1;
  /** Of the registration. */
  epoch = -1n;
  private registeredIn = 0;
  private readonly sessions: ZkSession[] = [];
  private isDead = false;
  private highestControllerEpoch = 0;
  private withdraw: () => Promise<void> = () => Promise.resolve();

  constructor(
    readonly id: number,
    private readonly world: FakeBrokerWorld,
  ) {
    const sessions = world.ensemble.sessions();
    const { zk, stores } = clientOf(world.ensemble, world.clock, {
      open: (resume) => {
        const session = sessions.open(resume);
        this.sessions.push(session);
        if (this.isDead) world.ensemble.faults.disconnect(session);
        return session;
      },
    });
    this.zk = zk;
    this.stores = stores;
    this.controller = new Controller({
      brokerId: id,
      zk,
      stores: this.stores,
      configs: world.configs,
      logger: world.loggerOf(id),
      openChannel: (to) => world.channel(this, to),
      isRegistered: () => this.registeredIn === zk.generation,
      onController: (controllerId) => (this.controllerId = controllerId),
    });
  }

  async start(): Promise<void> {
    await this.zk.connect();
    await createBootstrapPaths(this.zk);
    const registered = await this.stores.brokers.register(
      new EphemeralRegistry(this.zk),
      { id: this.id, endpoints: [], rack: null, jmxPort: -1, timestamp: 0, features: {} },
      {
        onRegistered: (epoch, generation) => {
          this.epoch = epoch;
          this.registeredIn = generation;
        },
      },
    );
    this.withdraw = () => registered.withdraw();
    await this.controller.start();
  }

  /** Gives up the office and leaves. */
  async stop(): Promise<void> {
    await this.controller.close();
    await this.withdraw().catch(() => {});
    await this.zk.close();
  }

  /** Its registration goes; its candidacy stays. */
  leave(): Promise<void> {
    return this.withdraw();
  }

  /** Ends its session at once; nothing it does from now on arrives anywhere. */
  kill(): void {
    const { faults } = this.world.ensemble;
    this.isDead = true;
    this.link = 'down';
    for (const session of this.sessions) {
      faults.disconnect(session);
      faults.expire(session.id);
    }
  }

  /** Takes no instructions of controllers before this epoch from now on. */
  hearOfController(epoch: number): void {
    this.highestControllerEpoch = epoch;
  }

  /** Does what a controller says. */
  answer(api: Api, body: unknown): unknown {
    const request = body as { controllerEpoch: number; brokerEpoch: number; type?: number };
    if (request.controllerEpoch < this.highestControllerEpoch) {
      return { errorCode: ErrorCode.STALE_CONTROLLER_EPOCH, topics: [], partitionErrors: [] };
    }
    // Its own newest registration it may not have heard of yet.
    if (request.brokerEpoch < Number(this.epoch)) {
      return { errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [], partitionErrors: [] };
    }
    this.highestControllerEpoch = request.controllerEpoch;
    if (api.key === LeaderAndIsr.key) return this.lead(body as Instructions);
    if (api.key === StopReplica.key) return this.stopAll(body as RequestInput<typeof StopReplica>);
    if (api.key === UpdateMetadata.key)
      return this.learn(body as RequestInput<typeof UpdateMetadata>);
    throw new Error(`A broker is not asked for ${api.name}.`);
  }

  /** Names of the requests it was asked, and of their partitions. */
  askedFor(api: Api): Asked[] {
    return this.asked.filter((one) => one.api === api.name);
  }

  private lead(request: Instructions): ResponseInput<typeof LeaderAndIsr> {
    const keys: string[] = [];
    if (request.type === ControlRequestType.FULL) this.told.clear();
    const topics = request.topicStates.map(({ topicName, topicId, partitionStates }) => ({
      topicId,
      partitionErrors: partitionStates.map((state) => {
        const key = `${topicName}-${state.partitionIndex}`;
        keys.push(key);
        const error = this.failures.get(key);
        const older = this.told.get(key);
        const isNewer = older?.topicId !== topicId || older.leaderEpoch < state.leaderEpoch;
        if (!error && isNewer) this.told.set(key, { ...state, topicId });
        return { partitionIndex: state.partitionIndex, errorCode: ErrorCode[error ?? 'NONE'] };
      }),
    }));
    this.asked.push({
      api: LeaderAndIsr.name,
      type: request.type,
      controllerEpoch: request.controllerEpoch,
      partitions: keys,
    });
    return { errorCode: 0, topics };
  }

  private stopAll(request: RequestInput<typeof StopReplica>): ResponseInput<typeof StopReplica> {
    const partitionErrors = request.topicStates.flatMap(({ topicName, partitionStates }) =>
      partitionStates.map(({ partitionIndex, deletePartition }) => {
        const key = `${topicName}-${partitionIndex}`;
        const error = this.failures.get(key);
        if (!error) this.told.delete(key);
        if (!error && deletePartition) this.deleted.push(key);
        return { topicName, partitionIndex, errorCode: ErrorCode[error ?? 'NONE'] };
      }),
    );
    const partitions = partitionErrors.map((one) => `${one.topicName}-${one.partitionIndex}`);
    const { controllerEpoch } = request;
    this.asked.push({ api: StopReplica.name, controllerEpoch, partitions });
    return { errorCode: 0, partitionErrors };
  }

  private learn(
    request: RequestInput<typeof UpdateMetadata>,
  ): ResponseInput<typeof UpdateMetadata> {
    const partitions: string[] = [];
    if (request.type === ControlRequestType.FULL) this.metadata.clear();
    for (const { topicName, topicId, partitionStates } of request.topicStates) {
      for (const { partitionIndex, leader, isr } of partitionStates) {
        const key = `${topicName}-${partitionIndex}`;
        partitions.push(key);
        if (leader !== -2) this.metadata.set(key, { leader, isr, topicId });
        else if (this.metadata.get(key)?.topicId === topicId) this.metadata.delete(key);
      }
    }
    const { controllerEpoch, type } = request;
    this.asked.push({ api: UpdateMetadata.name, type, controllerEpoch, partitions });
    return { errorCode: 0 };
  }
}

/** For tests: a client of the ensemble, with all that a controller keeps in it. */
export function clientOf(
  ensemble: InMemoryEnsemble,
  clock: Clock,
  factory: SessionFactory = ensemble.sessions(),
): { readonly zk: ZooKeeperClient; readonly stores: ControllerStores } {
  const zk = new ZooKeeperClient({
    factory,
    clock,
    random: () => 0.5,
    backoff: { initialMs: 1, maxMs: 5 },
  });
  return { zk, stores: storesOf(zk) };
}

function storesOf(zk: ZooKeeperClient): ControllerStores {
  return {
    brokers: new BrokerStore(zk),
    topics: new TopicStore(zk),
    states: new PartitionStateStore(zk),
    deletions: new TopicDeletionStore(zk),
    configs: new ConfigStore(zk),
    logDirEvents: new LogDirEventStore(zk),
    producerIds: new ProducerIdBlockStore(zk),
    reassignments: new ReassignPartitionsStore(zk),
    preferredElections: new PreferredElectionStore(zk),
  };
}
