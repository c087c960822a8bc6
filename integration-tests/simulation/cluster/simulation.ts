import { Kafka } from '../../../client/kafka';
import { ensureCodecsReady } from '../../../client/records';
import { InMemoryEnsemble } from '../../../zk-coordination/double/in-memory-ensemble';
import { SeededRandom } from '../../harness/seeded-random';
import { StoredGroups } from '../groups/stored-groups';
import { SimNetwork } from '../network/sim-network';
import { deterministically } from '../time/determinism';
import { SimProcess } from '../time/sim-process';
import { Trace } from '../time/trace';
import { World } from '../time/world';
import type { BrokerEvent } from './event-watch';
import { PORT, SimBroker } from './sim-broker';

export interface SimulationOptions {
  readonly seed: number;
  /** How many brokers. Default 3. */
  readonly brokers?: number;
  /** Of all brokers, besides those that every simulated broker has. */
  readonly configs?: Readonly<Record<string, string>>;
  /** Is given every line of the trace. */
  readonly onLine?: (line: string) => void;
  /** Told of every line a broker logs. */
  readonly onEvent?: (broker: number, fields: BrokerEvent) => void;
}

/** Short enough for a minute of virtual time, long enough to be cheap. */
const CONFIGS = {
  'zookeeper.session.timeout.ms': '6000',
  'replica.lag.time.max.ms': '4000',
  'replica.fetch.wait.max.ms': '1500',
};

/** ZooKeeper's travelling times, in milliseconds. */
const ZOOKEEPER_MS = { min: 0.2, max: 2 };

/** A process of a client, on a machine of its own. */
export interface SimClient {
  readonly kafka: Kafka;
  readonly process: SimProcess;
  /** As SIGKILL does. */
  end(): void;
}

/** A cluster, its network, its ZooKeeper and its clients in virtual time, all from one seed. */
export class Simulation {
  readonly world = new World();
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly ensemble: InMemoryEnsemble;
  readonly brokers: readonly SimBroker[];
  /** The groups, as ZooKeeper has them. */
  readonly groups: StoredGroups;
  private readonly clients: string[] = [];
  private readonly random: () => number;

  constructor(options: SimulationOptions) {
    const seeded = new SeededRandom(options.seed);
    this.random = () => seeded.next();
    this.trace = new Trace(() => this.world.now, options.onLine);
    this.network = new SimNetwork(this.world, this.random, this.trace);
    this.ensemble = new InMemoryEnsemble({
      clock: this.world.clock,
      tickTimeMs: 500,
      onWrite: (changes, session) => this.groups.written(changes, session),
    });
    this.groups = new StoredGroups(
      () => this.ensemble.tree,
      () => this.world.now,
    );
    const { min, max } = ZOOKEEPER_MS;
    this.ensemble.faults.latencyMs = () => min + this.random() * (max - min);
    const environment = {
      world: this.world,
      trace: this.trace,
      network: this.network,
      ensemble: this.ensemble,
      random: this.random,
      onEvent: options.onEvent,
      configs: { ...CONFIGS, ...options.configs },
    };
    this.brokers = Array.from(
      { length: options.brokers ?? 3 },
      (_, i) => new SimBroker(i + 1, environment, () => this.machines),
    );
  }

  /** Names of all machines on the network. */
  get machines(): readonly string[] {
    return [...this.brokers.map(({ name }) => name), ...this.clients];
  }

  /** A client on a machine of its own. */
  client(name: string): Kafka {
    return this.process(name).kafka;
  }

  /** The same, with the process it is in. */
  process(name: string): SimClient {
    const process = new SimProcess(this.world, name);
    this.clients.push(name);
    const kafka = new Kafka({
      brokers: this.brokers.map((broker) => `${broker.name}:${PORT}`),
      clientId: name,
      clock: process.clock,
      random: this.random,
      socketFactory: this.network.connector(process, name),
    });
    const end = () => {
      process.kill();
      this.network.closeAllOf(process);
    };
    return { kafka, process, end };
  }

  /**
   * Does work that takes virtual time, until it is done.
   *
   * @throws what the work throws; an error when it takes longer than the time given
   */
  async perform<T>(ms: number, work: () => Promise<T>): Promise<T> {
    // Consumers wait for the codecs, which are loaded in real time, once in a process.
    await ensureCodecsReady();
    return deterministically(this.world, this.random, async () => {
      let outcome: { value: T } | { error: unknown } | undefined;
      work().then(
        (value) => (outcome = { value }),
        (error: unknown) => (outcome = { error }),
      );
      await this.world.run(this.world.now + ms, () => outcome !== undefined);
      if (!outcome) throw new Error(`Not done after ${ms} ms of virtual time.`);
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    });
  }

  /** Lets virtual time pass. @returns whether the condition came to hold */
  async pass(ms: number, condition?: () => boolean): Promise<boolean> {
    return deterministically(this.world, this.random, () =>
      this.world.run(this.world.now + ms, condition),
    );
  }
}
