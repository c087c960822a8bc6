import { backoffMs, type BackoffOptions } from '../../client/runtime/backoff';
import { type Clock, systemClock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import { type Logger, silentLogger } from '../../client/runtime/logger';
import type { CreateOptions, ZkAcl } from '../create-options';
import type { ZkOp, ZkOpResult } from '../multi';
import type {
  NodeChildren,
  NodeData,
  SessionCredentials,
  SessionFactory,
  SessionState,
  Watcher,
  ZkSession,
} from '../session-contract';
import type { ZkStat } from '../stat';
import { ZkError } from '../zk-error';
import { closeSession, type CloseVerdict } from './close-session';
import { Lease } from './lease';
import type { SessionFile } from './session-file';
import { withTimeout } from './with-timeout';

export interface ZooKeeperClientOptions {
  factory: SessionFactory;
  /** Where this process keeps its session for its successor; without one it keeps none. */
  sessionFile?: SessionFile;
  clock?: Clock;
  logger?: Logger;
  /** 0 to 1; for jitter. */
  random?: () => number;
  /** Who may touch what we create; `kafkaAcl` for `zookeeper.set.acl=true`. Default open. */
  aclFor?: (path: string) => ZkAcl;
  /** Between attempts to open a session. Default 100 ms growing to 10 s, full jitter. */
  backoff?: BackoffOptions;
}

export interface StateChange {
  readonly state: SessionState;
  readonly previous: SessionState;
  readonly generation: number;
}

/** Runs at the border between two sessions. A rejection is logged and does not stop the others. */
export type SessionHandler = (generation: number) => void | Promise<void>;

const FINAL: ReadonlySet<SessionState> = new Set(['expired', 'closed', 'authFailed']);

/**
 * ZooKeeper as the rest of the product sees it: one session after the other behind one object.
 *
 * Operations go to the current session and fail as its do; nothing is repeated here (`retry.ts`
 * does that). When a session has expired, in this order and never overlapping (R3, Kafka's
 * `ZooKeeperClient.reinitialize`):
 *
 * 1. all `beforeNewSession` handlers, one after the other, to completion;
 * 2. a new session is opened, its generation is one higher, and it connects;
 * 3. its credentials are on disk;
 * 4. all `afterNewSession` handlers, one after the other.
 */
export class ZooKeeperClient {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly lease: Lease;
  private readonly backoff: BackoffOptions;
  private readonly before = new Set<SessionHandler>();
  private readonly after = new Set<SessionHandler>();
  private readonly listeners = new Set<(change: StateChange) => void>();
  private readonly borderListeners = new Set<() => void>();
  private readonly ownSessions = new Map<bigint, SessionCredentials>();
  private readonly closing = deferred();
  private readonly started = deferred();
  private session: ZkSession | undefined;
  private generationNow = 0;
  private isClosing = false;
  private handlersRunning = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: ZooKeeperClientOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.random = options.random ?? Math.random;
    this.backoff = options.backoff ?? { initialMs: 100, maxMs: 10_000, jitter: 1 };
    this.lease = new Lease(() => this.leaseUntil(), this.clock);
    this.started.promise.catch(() => {});
  }

  /** 1 for the first session of this process, one more for each that follows; 0 before. */
  get generation(): number {
    return this.generationNow;
  }

  /** Of the current session; 0n until it has connected. */
  get sessionId(): bigint {
    return this.session?.id ?? 0n;
  }

  /** Of the current session. The password is a secret. @throws Error before {@link connect} */
  credentials(): SessionCredentials {
    if (this.session === undefined) throw new Error('There is no session yet.');
    return this.session.credentials();
  }

  get state(): SessionState {
    if (this.isClosing) return 'closed';
    return this.session?.state ?? 'connecting';
  }

  /**
   * True while border handlers run. If the session has expired then, no other follows before they
   * are done: waiting for one would be waiting for oneself.
   */
  get atBorder(): boolean {
    return this.handlersRunning;
  }

  /**
   * Told whenever border handlers begin to run.
   *
   * @returns a function that takes the listener away
   */
  onBorder(listener: () => void): () => void {
    this.borderListeners.add(listener);
    return () => this.borderListeners.delete(listener);
  }

  /** What the ensemble granted, or what was asked for until connected; 0 before {@link connect}. */
  get negotiatedTimeoutMs(): number {
    return this.session?.negotiatedTimeoutMs ?? 0;
  }

  /**
   * Closes the session that the previous process left behind, if the session file names one, then
   * opens the first session.
   *
   * @throws ZkError AUTH_FAILED, or NOT_CONNECTED when no server answers in time. The client is
   *   closed then.
   */
  async connect(timeoutMs = 30_000): Promise<void> {
    const start = this.clock.monotonic();
    await this.closePredecessor(timeoutMs / 2);
    this.running ??= this.run();
    const left = timeoutMs - (this.clock.monotonic() - start);
    try {
      await withTimeout(this.started.promise, left, this.clock, () => this.notConnected('connect'));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** @throws ZkError NOT_CONNECTED when it takes longer, SESSION_CLOSED when closed */
  async waitConnected(timeoutMs: number): Promise<void> {
    if (this.state === 'connected') return;
    if (this.isClosing) throw new ZkError('SESSION_CLOSED', { op: 'wait for the connection' });
    const arrived = deferred();
    const remove = this.onState(({ state }) => {
      if (state === 'connected') arrived.resolve();
      if (state === 'closed') arrived.reject(new ZkError('SESSION_CLOSED', { op: 'wait' }));
    });
    try {
      await withTimeout(arrived.promise, timeoutMs, this.clock, () => this.notConnected('wait'));
    } finally {
      remove();
    }
  }

  /** @returns a function that removes the listener */
  onState(listener: (change: StateChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs after a session has expired and before the next is opened. @returns a remover */
  beforeNewSession(handler: SessionHandler): () => void {
    this.before.add(handler);
    return () => this.before.delete(handler);
  }

  /** Runs once each session but the first has connected. @returns a remover */
  afterNewSession(handler: SessionHandler): () => void {
    this.after.add(handler);
    return () => this.after.delete(handler);
  }

  create(path: string, data: Buffer | null, options?: CreateOptions): Promise<string> {
    const acl = options?.acl ?? this.options.aclFor?.(path);
    return this.on('create', path, (session) => session.create(path, data, { ...options, acl }));
  }

  get(path: string, watcher?: Watcher): Promise<NodeData> {
    return this.on('get', path, (session) => session.get(path, watcher));
  }

  exists(path: string, watcher?: Watcher): Promise<ZkStat | null> {
    return this.on('exists', path, (session) => session.exists(path, watcher));
  }

  children(path: string, watcher?: Watcher): Promise<NodeChildren> {
    return this.on('children', path, (session) => session.children(path, watcher));
  }

  set(path: string, data: Buffer, version: number): Promise<ZkStat> {
    return this.on('set', path, (session) => session.set(path, data, version));
  }

  delete(path: string, version: number): Promise<void> {
    return this.on('delete', path, (session) => session.delete(path, version));
  }

  multi(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    const { aclFor } = this.options;
    const protect = (op: ZkOp): ZkOp =>
      op.type === 'create' ? { ...op, acl: op.acl ?? aclFor?.(op.path) } : op;
    return this.on('multi', ops[0]?.path, (session) => session.multi(ops.map(protect)));
  }

  sync(path: string): Promise<void> {
    return this.on('sync', path, (session) => session.sync(path));
  }

  /** Whether the session was this client's, or its predecessor's, and is not the current one. */
  isOwnPrevious(id: bigint): boolean {
    return id !== this.sessionId && this.ownSessions.has(id);
  }

  /** Ends a previous session of ours, so that its ephemerals go now instead of when it times out. */
  closeOwnPrevious(id: bigint, timeoutMs: number): Promise<CloseVerdict> {
    const credentials = this.ownSessions.get(id);
    if (credentials === undefined || id === this.sessionId) return Promise.resolve('unreachable');
    return closeSession(this.options.factory, credentials, timeoutMs, this.clock);
  }

  /** Ends the session, and with it everything ephemeral. Runs no border handlers. Idempotent. */
  async close(): Promise<void> {
    if (!this.isClosing) {
      const previous = this.state;
      this.isClosing = true;
      this.closing.resolve();
      this.started.reject(new ZkError('SESSION_CLOSED', { op: 'connect' }));
      this.announce('closed', previous);
    }
    await this.session?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isClosing;) {
      const session = this.options.factory.open();
      const ended = this.adopt(session);
      const connected = await session.connected().then(
        () => true,
        () => false,
      );
      if (connected && !this.isClosing) await this.welcome(session);
      const verdict = await ended;
      if (this.isClosing) return;
      if (verdict === 'authFailed' && this.generation === 1) {
        this.started.reject(new ZkError('AUTH_FAILED', { op: 'connect' }));
      }
      this.logger.warn(
        { event: 'zk-session-ended', verdict, generation: this.generation },
        'The ZooKeeper session is over; a new one follows.',
      );
      if (connected) await this.runHandlers(this.before, 'before-new-session');
      failures = connected && verdict === 'expired' ? 0 : failures + 1;
      if (failures > 0) await this.pause(backoffMs(this.backoff, failures - 1, this.random));
    }
  }

  /** @returns the final state, once the session has reached it */
  private adopt(session: ZkSession): Promise<SessionState> {
    const ended = deferred<SessionState>();
    this.session = session;
    this.generationNow++;
    session.onState((state, previous) => {
      if (!this.isClosing) this.announce(state, previous);
      if (FINAL.has(state)) ended.resolve(state);
    });
    if (FINAL.has(session.state)) ended.resolve(session.state);
    return ended.promise;
  }

  private async welcome(session: ZkSession): Promise<void> {
    const credentials = session.credentials();
    this.ownSessions.set(credentials.id, credentials);
    try {
      await this.options.sessionFile?.save(credentials, this.generation);
    } catch (error) {
      this.logger.warn(
        { event: 'zk-session-file-unwritable', error: describeError(error) },
        'The session cannot be saved; after a crash this broker has to wait for it to time out.',
      );
    }
    this.logger.info(
      {
        event: 'zk-session-open',
        generation: this.generation,
        sessionId: `0x${session.id.toString(16)}`,
        timeoutMs: session.negotiatedTimeoutMs,
      },
      'ZooKeeper session open.',
    );
    if (this.generation > 1) await this.runHandlers(this.after, 'after-new-session');
    this.started.resolve();
  }

  private async runHandlers(handlers: ReadonlySet<SessionHandler>, border: string): Promise<void> {
    // What waits for the next session ends only when a handler may be what it waits in.
    if (handlers.size === 0) return;
    this.handlersRunning = true;
    for (const listener of [...this.borderListeners]) listener();
    for (const handler of [...handlers]) {
      if (this.isClosing) break;
      // A handler may close the client, and then waits for us to be done.
      await Promise.race([this.runHandler(handler, border), this.closing.promise]);
    }
    this.handlersRunning = false;
  }

  private async runHandler(handler: SessionHandler, border: string): Promise<void> {
    try {
      await handler(this.generation);
    } catch (error) {
      this.logger.error(
        { event: 'zk-session-handler-failed', border, error: describeError(error) },
        'A handler at the border between two sessions failed.',
      );
    }
  }

  private async closePredecessor(timeoutMs: number): Promise<void> {
    const saved = await this.options.sessionFile?.load();
    if (!saved) return;
    this.ownSessions.set(saved.id, saved);
    const verdict = await closeSession(this.options.factory, saved, timeoutMs, this.clock);
    this.logger.info(
      { event: 'zk-previous-session', verdict, sessionId: `0x${saved.id.toString(16)}` },
      'Dealt with the session this broker left behind.',
    );
  }

  private async on<T>(
    op: string,
    path: string | undefined,
    act: (session: ZkSession) => Promise<T>,
  ): Promise<T> {
    const code = this.isClosing ? 'SESSION_CLOSED' : 'NOT_CONNECTED';
    if (this.session === undefined || this.isClosing) {
      throw new ZkError(code, { op, path, outcome: 'not-applied' });
    }
    return act(this.session);
  }

  private announce(state: SessionState, previous: SessionState): void {
    for (const listener of [...this.listeners]) {
      listener({ state, previous, generation: this.generation });
    }
  }

  private leaseUntil(): number {
    if (this.session === undefined || FINAL.has(this.state)) return 0;
    return this.session.leaseUntil;
  }

  private notConnected(op: string): ZkError {
    return new ZkError('NOT_CONNECTED', { op, outcome: 'not-applied' });
  }

  private async pause(ms: number): Promise<void> {
    const over = deferred();
    const timer = this.clock.setTimeout(over.resolve, ms);
    await Promise.race([over.promise, this.closing.promise]);
    this.clock.clearTimeout(timer);
  }
}
