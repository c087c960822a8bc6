import type { Api, RequestInput, ResponseInput, ResponseOf } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import { ControlRequestType, LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { StopReplica } from '../../client/protocol/messages/stop-replica';
import { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import type { Clock } from '../../client/runtime/clock';
import { ManualClock } from '../../client/runtime/manual-clock';
import type { Logger } from '../../client/runtime/logger';
import {
  assigned,
  BrokerStore,
  ConfigStore,
  createBootstrapPaths,
  EphemeralRegistry,
  LogDirEventStore,
  PartitionStateStore,
  PreferredElectionStore,
  ProducerIdBlockStore,
  randomKafkaUuid,
  ReassignPartitionsStore,
  TopicDeletionStore,
  TopicStore,
  ZooKeeperClient,
  type PartitionAssignment,
  type StoredPartitionState,
} from '../../zk-coordination';
import { InMemoryEnsemble } from '../../zk-coordination/double/in-memory-ensemble';
import type { PeerChannel } from '../peers/peer-channel';
import { Controller } from './controller';
import type { ControllerConfigs, ControllerStores } from './controller-environment';

type Instructions = RequestInput<typeof LeaderAndIsr>;
type Told = Instructions['topicStates'][number]['partitionStates'][number];

/** A line of the log. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
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
  private highestControllerEpoch = 0;
  private withdraw: () => Promise<void> = () => Promise.resolve();

  constructor(
    readonly id: number,
    world: ControllerWorld,
  ) {
    const { zk, stores } = clientOf(world.ensemble, world.clock);
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

  /** Does what a controller says. */
  answer(api: Api, body: unknown): unknown {
    const request = body as { controllerEpoch: number; brokerEpoch: number; type?: number };
    if (request.controllerEpoch < this.highestControllerEpoch) {
      return { errorCode: ErrorCode.STALE_CONTROLLER_EPOCH, topics: [], partitionErrors: [] };
    }
    if (request.brokerEpoch !== Number(this.epoch)) {
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
        if (!error && (!older || older.leaderEpoch < state.leaderEpoch)) this.told.set(key, state);
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

function clientOf(
  ensemble: InMemoryEnsemble,
  clock: Clock,
): { readonly zk: ZooKeeperClient; readonly stores: ControllerStores } {
  const zk = new ZooKeeperClient({
    factory: ensemble.sessions(),
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

/** For tests: an ensemble in memory, brokers that obey, and a clock that the test moves. */
export class ControllerWorld {
  readonly clock = new ManualClock();
  readonly ensemble = new InMemoryEnsemble({ clock: this.clock });
  readonly brokers = new Map<number, FakeBroker>();
  readonly log: LogLine[] = [];
  unclean = false;
  rebalance = false;
  readonly configs: ControllerConfigs = {
    deleteTopicEnable: () => true,
    uncleanLeaderElectionEnable: () => this.unclean,
    autoLeaderRebalanceEnable: () => this.rebalance,
    leaderImbalanceCheckIntervalSeconds: () => 300,
    leaderImbalancePerBrokerPercentage: () => 10,
    controllerSocketTimeoutMs: () => 30_000,
  };

  /** Somebody who is no broker: asks and looks. */
  readonly anybody = clientOf(this.ensemble, this.clock);

  static async start(...ids: readonly number[]): Promise<ControllerWorld> {
    const world = new ControllerWorld();
    await world.until(world.anybody.zk.connect());
    for (const id of ids) await world.add(id);
    return world;
  }

  /** A broker starts, or starts again. */
  async add(id: number): Promise<FakeBroker> {
    const broker = new FakeBroker(id, this);
    this.brokers.set(id, broker);
    await this.until(broker.start());
    return broker;
  }

  broker(id: number): FakeBroker {
    const broker = this.brokers.get(id);
    if (!broker) throw new Error(`There is no broker ${id}.`);
    return broker;
  }

  /** Leaves in good order. */
  async stop(id: number): Promise<void> {
    await this.until(this.broker(id).stop());
  }

  /** Ends its session at once, and nobody is there to open another. */
  async kill(id: number): Promise<void> {
    const broker = this.broker(id);
    const { sessionId } = broker.zk;
    this.ensemble.faults.disconnect(sessionId);
    this.ensemble.faults.expire(sessionId);
    broker.link = 'down';
    await this.settle();
  }

  get controller(): FakeBroker {
    const active = [...this.brokers.values()].filter(({ controller }) => controller.isActive);
    if (active.length !== 1) throw new Error(`${active.length} brokers are in office.`);
    return active[0] as FakeBroker;
  }

  async createTopic(
    name: string,
    assignments: readonly (readonly number[] | PartitionAssignment)[],
    configs: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { topics, configs: store } = this.anybody.stores;
    const partitions = new Map(
      assignments.map((one, index) => [index, 'replicas' in one ? one : assigned(one)]),
    );
    if (Object.keys(configs).length > 0) {
      await this.until(store.alter({ type: 'topics', name }, () => configs));
    }
    await this.until(topics.create(name, { topicId: randomKafkaUuid(), partitions }));
    await this.settle();
  }

  async state(topic: string, partition = 0): Promise<StoredPartitionState | null> {
    return this.until(this.anybody.stores.states.get({ topic, partition }));
  }

  /** Asks the controller in office. */
  ask<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    return this.until(this.controller.controller.handle(api, body));
  }

  loggerOf(broker: number): Logger {
    const write = (level: string) => (fields: object) => {
      this.log.push({ level, by: broker, ...(fields as { event: string }) });
    };
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: () => logger,
    };
    return logger;
  }

  /** Log lines of one kind. */
  logged(event: string): LogLine[] {
    return this.log.filter((line) => line.event === event);
  }

  channel(from: FakeBroker, to: number): PeerChannel {
    let closed = false;
    const send = async <A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> => {
      const broker = this.brokers.get(to);
      await Promise.resolve();
      if (closed || !broker || broker.link === 'down' || from.link === 'down') {
        throw new Error(`Broker ${to} cannot be reached.`);
      }
      await broker.hold;
      const answer = broker.answer(api, body);
      if (broker.link === 'answers lost') throw new Error(`The answer of broker ${to} is lost.`);
      return answer as ResponseOf<A>;
    };
    return { send, close: () => (closed = true) };
  }

  /** Lets everything that is under way without any clock arrive. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the clock, letting things arrive on the way. */
  async advance(ms: number, step = 50): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      this.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  /** Settles a promise while moving the clock. */
  async until<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await this.settle();
    for (let moved = 0; !settled && moved < limitMs; moved += 50) await this.advance(50);
    if (!settled) throw new Error(`Not settled after ${limitMs} ms of the clock.`);
    return promise;
  }

  /** Moves the clock until a condition holds. */
  async eventually(condition: () => boolean, limitMs = 60_000): Promise<void> {
    await this.settle();
    for (let moved = 0; !condition(); moved += 50) {
      if (moved >= limitMs) throw new Error(`${condition} does not hold after ${limitMs} ms.`);
      await this.advance(50);
    }
  }

  async close(): Promise<void> {
    for (const broker of this.brokers.values()) {
      await this.until(Promise.all([broker.controller.close(), broker.zk.close()]));
    }
    await this.until(this.anybody.zk.close());
  }
}
