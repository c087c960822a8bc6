import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { ManualClock } from '../../client/runtime/manual-clock';
import type { Logger } from '../../client/runtime/logger';
import {
  assigned,
  randomKafkaUuid,
  type PartitionAssignment,
  type StoredPartitionState,
} from '../../zk-coordination';
import { InMemoryEnsemble } from '../../zk-coordination/double/in-memory-ensemble';
import type { PeerChannel } from '../peers/peer-channel';
import type { ControllerConfigs } from './controller-environment';
import { clientOf, FakeBroker } from './fake-broker';

export type { FakeBroker } from './fake-broker';

/** A line of the log. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
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
    this.broker(id).kill();
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
