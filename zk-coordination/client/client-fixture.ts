import { ManualClock } from '../../client/runtime/manual-clock';
import { InMemoryEnsemble } from '../double/in-memory-ensemble';
import type { InMemorySessionOptions } from '../double/in-memory-session';
import type { SessionFactory, ZkSession } from '../session-contract';
import { ZooKeeperClient, type ZooKeeperClientOptions } from './zookeeper-client';

/** For tests: clients of an ensemble in memory, on a clock that the test moves. */
export class ClientFixture {
  readonly clock = new ManualClock();
  readonly ensemble = new InMemoryEnsemble({ clock: this.clock });
  private readonly clients: ZooKeeperClient[] = [];
  private readonly sessions = new Map<ZooKeeperClient, ZkSession>();

  /** A client that is not connected yet. */
  client(
    options: Partial<ZooKeeperClientOptions> = {},
    session?: InMemorySessionOptions,
  ): ZooKeeperClient {
    const sessions = this.ensemble.sessions(session);
    const factory: SessionFactory = {
      open: (resume) => {
        const opened = sessions.open(resume);
        if (!resume) this.sessions.set(client, opened);
        return opened;
      },
    };
    const client: ZooKeeperClient = new ZooKeeperClient({
      factory,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
    this.clients.push(client);
    return client;
  }

  async connect(
    options?: Partial<ZooKeeperClientOptions>,
    session?: InMemorySessionOptions,
  ): Promise<ZooKeeperClient> {
    const client = this.client(options, session);
    await client.connect();
    return client;
  }

  /** Lets everything that is under way without any clock arrive. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the clock in steps, letting things arrive after each. */
  async advance(ms: number, step = 100): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      this.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  /** Settles `promise` while moving the clock, up to a limit. */
  async until<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await this.settle();
    for (let moved = 0; !settled && moved < limitMs; moved += 100) await this.advance(100);
    if (!settled) throw new Error(`Not settled after ${limitMs} ms of the clock.`);
    return promise;
  }

  /** The process of the client hangs or is cut off: nobody hears of it, its session lives on. */
  cutOff(client: ZooKeeperClient): void {
    const session = this.sessions.get(client);
    if (session) this.ensemble.faults.blackHole(session);
  }

  /** The session of the client expires at once and the client hears of it. */
  async expire(client: ZooKeeperClient): Promise<void> {
    this.ensemble.faults.expire(client.sessionId);
    await this.settle();
  }

  /** The next multi takes effect, and then its session ends before the reply is out. */
  expireAfterNextMulti(): void {
    this.ensemble.faults.dropNextReply(({ op, sessionId }) => {
      if (op === 'multi') queueMicrotask(() => this.ensemble.faults.expire(sessionId));
      return op === 'multi';
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }
}
