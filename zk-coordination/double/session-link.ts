import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import type { SessionCredentials, SessionState, Watcher, WatchEvent } from '../session-contract';
import type { ZkCode } from '../zk-error';
import { ZkError } from '../zk-error';
import type { Connection, ConnectionClient, Hello, Reply } from './connection';
import type { RequestFacts } from './faults';
import type { RequestProcessor } from './request-processor';
import { tellAll } from './tell-all';
import { WatchTable } from './watch-table';
import { withoutChroot } from './znode-path';

/** A request on its way to the ensemble. */
export interface EnsembleRequest<T> {
  /** What faults may pick it by; absent for the session's own housekeeping. */
  readonly facts?: RequestFacts;
  readonly endsSession?: boolean;
  execute(processor: RequestProcessor, connection: Connection): T;
  settle(reply: Reply<T>): void;
}

/** What a session needs of its ensemble. */
export interface EnsemblePort {
  readonly clock: Clock;
  dial(client: ConnectionClient, hello: Hello): void;
  ping(connection: Connection): boolean;
  send<T>(connection: Connection, request: EnsembleRequest<T>): void;
  hangUp(connection: Connection): void;
}

/** One operation as a session asks for it. */
export interface LinkRequest<T> {
  readonly op: string;
  /** As the client wrote them; a failed multi is told by the one at the failed index. */
  readonly paths: readonly string[];
  execute(processor: RequestProcessor, connection: Connection): T;
  /** Runs in the turn of the reply, before any event sent behind it. */
  answered?(value: T): void;
}

/** Hands the client's process what comes from outside. */
export type Deliver = (callback: () => void) => void;

/** Who holds a session. */
export interface LinkClient {
  readonly origin: string | undefined;
  /** Digest identity, null for none. */
  readonly identity: string | null;
  readonly chroot: string;
  readonly clock: Clock;
  readonly deliver: Deliver;
}

type StateListener = (state: SessionState, previous: SessionState) => void;

/** The code with which operations fail in the states in which nothing can be sent. */
const REFUSED_IN: Record<SessionState, ZkCode | null> = {
  connecting: 'NOT_CONNECTED',
  connected: null,
  suspended: 'NOT_CONNECTED',
  expired: 'SESSION_EXPIRED',
  closed: 'SESSION_CLOSED',
  authFailed: 'AUTH_FAILED',
};

/** How long a client whose session was taken over waits before it dials again. */
const SPIN_DELAY_MS = 1000;

/**
 * A client's end of its session: dials, keeps the session alive, notices loss and expiry, carries
 * requests and matches replies, restores watches after a reconnect.
 */
export class SessionLink implements ConnectionClient {
  readonly watches = new WatchTable<Watcher>();
  private current: SessionState = 'connecting';
  private known: SessionCredentials | undefined;
  private wasConnected = false;
  private connection: Connection | undefined;
  private dialledAt = 0;
  private answeredSendAt = 0;
  private pingMissed = false;
  private pingTimer: TimerHandle;
  private seenZxid = 0n;
  private readonly firstConnected = deferred();
  private readonly listeners = new Set<StateListener>();
  private readonly inFlight = new Set<() => void>();

  constructor(
    private readonly ensemble: EnsemblePort,
    private readonly client: LinkClient,
    private timeoutMs: number,
    resume?: SessionCredentials,
  ) {
    this.known = resume;
    this.firstConnected.promise.catch(() => {});
    this.dial();
  }

  get state(): SessionState {
    return this.current;
  }

  get id(): bigint {
    return this.wasConnected && this.known ? this.known.id : 0n;
  }

  get negotiatedTimeoutMs(): number {
    return this.timeoutMs;
  }

  /** The margin is a sixth of the timeout; a session that is over has no lease. */
  get leaseUntil(): number {
    const mayLive = this.current === 'connected' || this.current === 'suspended';
    return mayLive ? this.answeredSendAt + this.timeoutMs - this.timeoutMs / 6 : 0;
  }

  credentials(): SessionCredentials {
    const { id, password } = this.known ?? { id: 0n, password: Buffer.alloc(16) };
    return { id, password: Buffer.from(password) };
  }

  connected(): Promise<void> {
    return this.firstConnected.promise;
  }

  onState(listener: StateListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  request<T>(request: LinkRequest<T>): Promise<T> {
    const refused = REFUSED_IN[this.current];
    if (refused === null && this.connection) return this.transmit(request, this.connection);
    const [path] = request.paths;
    const outcome = 'not-applied';
    return Promise.reject(
      this.error(refused ?? 'NOT_CONNECTED', { op: request.op, path, outcome }),
    );
  }

  async close(): Promise<void> {
    if (REFUSED_IN[this.current] !== 'NOT_CONNECTED' && this.current !== 'connected') return;
    const { connection } = this;
    this.watches.clear();
    this.become('closed');
    this.firstConnected.reject(this.error('SESSION_CLOSED', { op: 'connect' }));
    if (!connection) return;
    const goodbye = { op: 'close', paths: [], execute: () => undefined };
    await this.transmit(goodbye, connection, true).catch(() => {});
    this.connection = undefined;
    this.client.clock.clearTimeout(this.pingTimer);
  }

  get origin(): string | undefined {
    return this.client.origin;
  }

  get wantsConnection(): boolean {
    return this.current === 'connecting' || this.current === 'suspended';
  }

  accepted(connection: Connection): void {
    this.client.deliver(() => this.wantsConnection && this.onAccepted(connection));
  }

  expired(): void {
    this.client.deliver(() => this.wantsConnection && this.onExpired());
  }

  received(event: WatchEvent): void {
    this.client.deliver(() => this.onEvent(event));
  }

  lost(connection: Connection, moved: boolean): void {
    this.client.deliver(() => this.onLost(connection, moved));
  }

  private onAccepted(connection: Connection): void {
    const { id, password, timeoutMs } = connection.session;
    this.connection = connection;
    this.known = { id, password };
    this.wasConnected = true;
    this.timeoutMs = timeoutMs;
    this.answeredSendAt = this.dialledAt;
    this.prepare(connection);
    this.pingMissed = false;
    this.schedulePing();
    this.firstConnected.resolve();
    this.become('connected');
  }

  private onExpired(): void {
    this.watches.clear();
    this.firstConnected.reject(this.error('SESSION_EXPIRED', { op: 'connect' }));
    this.become('expired');
  }

  private onEvent(event: WatchEvent): void {
    const watchers = this.watches.take(event.type, event.path);
    tellAll(watchers, { type: event.type, path: withoutChroot(this.client.chroot, event.path) });
  }

  private onLost(connection: Connection, moved: boolean): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.client.clock.clearTimeout(this.pingTimer);
    const failing = [...this.inFlight];
    this.inFlight.clear();
    for (const fail of failing) fail();
    if (this.current !== 'connected') return;
    this.become('suspended');
    if (moved) this.client.clock.setTimeout(() => this.dial(), SPIN_DELAY_MS);
    else this.dial();
  }

  private dial(): void {
    if (!this.wantsConnection) return;
    this.dialledAt = this.client.clock.monotonic();
    const { timeoutMs, known } = this;
    const { identity } = this.client;
    this.ensemble.dial(this, { timeoutMs, identity, ...(known && { resume: known }) });
  }

  private transmit<T>(
    request: LinkRequest<T>,
    connection: Connection,
    endsSession = false,
  ): Promise<T> {
    const { op, paths, execute } = request;
    const [path] = paths;
    const { clock } = this.client;
    const sentAt = clock.monotonic();
    return new Promise((resolve, reject) => {
      const fail = () => {
        const elapsedMs = clock.monotonic() - sentAt;
        reject(this.error('CONNECTION_LOSS', { op, path, outcome: 'unknown', elapsedMs }));
      };
      this.inFlight.add(fail);
      this.ensemble.send(connection, {
        facts: { sessionId: connection.session.id, op, path },
        endsSession,
        execute,
        settle: (reply) =>
          this.client.deliver(() => {
            this.inFlight.delete(fail);
            this.heard(reply, sentAt);
            if (reply.ok) {
              request.answered?.(reply.value);
              resolve(reply.value);
              return;
            }
            const { code, index } = reply.refusal;
            const inMulti = op === 'multi' ? { index } : {};
            const outcome = 'not-applied';
            reject(this.error(code, { op, path: paths[index], outcome, ...inMulti }));
          }),
      });
    });
  }

  private heard(reply: Reply<unknown>, sentAt: number): void {
    this.answeredSendAt = Math.max(this.answeredSendAt, sentAt);
    if (reply.zxid > this.seenZxid) this.seenZxid = reply.zxid;
  }

  /**
   * Goes out first on a new connection: the chroot is there before anything is made in it, and what
   * was missed fires before anything is read.
   */
  private prepare(connection: Connection): void {
    const sentAt = this.dialledAt;
    const seen = this.seenZxid;
    const watched = {
      data: this.watches.paths('data'),
      exists: this.watches.paths('exists'),
      child: this.watches.paths('child'),
    };
    this.ensemble.send(connection, {
      execute: (processor) => {
        processor.ensurePath(connection, this.client.chroot);
        processor.setWatches(connection, seen, watched);
      },
      settle: (reply) => this.client.deliver(() => this.heard(reply, sentAt)),
    });
  }

  private schedulePing(): void {
    this.pingTimer = this.client.clock.setTimeout(() => this.ping(), this.timeoutMs / 3);
  }

  /** Two pings without an answer, two thirds of the timeout at most, and the connection is given up. */
  private ping(): void {
    const { connection } = this;
    if (!connection) return;
    const sentAt = this.client.clock.monotonic();
    if (this.ensemble.ping(connection)) {
      this.answeredSendAt = sentAt;
      this.pingMissed = false;
    } else if (this.pingMissed) {
      this.ensemble.hangUp(connection);
      this.onLost(connection, false);
      return;
    } else {
      this.pingMissed = true;
    }
    this.schedulePing();
  }

  private become(state: SessionState): void {
    const previous = this.current;
    this.current = state;
    tellAll(this.listeners, state, previous);
  }

  private error(code: ZkCode, context: ConstructorParameters<typeof ZkError>[1]): ZkError {
    return new ZkError(code, { sessionId: this.id, ...context });
  }
}
