import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { SessionState } from '../session-contract';
import { ZkError, type ZkCode, type ZkErrorContext } from '../zk-error';
import { ensureChroot } from './chroot';
import {
  Connection,
  type ConnectionListener,
  type ConnectionOptions,
  type FailedAttempt,
} from './connection';
import { failure } from './failures';
import { leaseMarginMs } from './lease';
import type { Jute, ServerAddress } from './library';
import { askServer, hasRegressed, Refusals } from './regressed-ensemble';
import { RequestWindow } from './request-window';
import { existsRequest, unchrooted } from './requests';
import { SessionStates } from './session-states';

export interface SessionOptions extends ConnectionOptions {
  operationTimeoutMs: number;
  tickTimeMs: number;
}

/** What operations get in states in which nothing can be sent. */
const REFUSAL: Record<SessionState, ZkCode> = {
  connecting: 'NOT_CONNECTED',
  connected: 'NOT_CONNECTED',
  suspended: 'NOT_CONNECTED',
  expired: 'SESSION_EXPIRED',
  closed: 'SESSION_CLOSED',
  authFailed: 'AUTH_FAILED',
};

const END_EVENTS: Partial<Record<SessionState, string>> = {
  expired: 'zk-expired',
  closed: 'zk-closed',
  authFailed: 'zk-auth-failed',
};

/** The reply of operations that have none. */
const NO_REPLY = {} as Jute.Reply;

/** How a session begins, is interrupted and ends; and the way of a request to the wire. */
export class SessionLifecycle implements ConnectionListener {
  readonly states: SessionStates;
  readonly connection: Connection;
  private readonly window: RequestWindow;
  private readonly firstConnected = deferred();
  private readonly refusals = new Refusals();
  private prepared = false;
  private endedBy: unknown;
  private closing: Promise<void> | undefined;

  /** @param onEnd called before anybody is told of the final state */
  constructor(
    private readonly options: SessionOptions,
    private readonly onEnd: () => void,
  ) {
    this.states = new SessionStates(options.logger);
    const connection = new Connection(options, this);
    this.connection = connection;
    this.window = new RequestWindow({
      clock: options.clock,
      operationTimeoutMs: options.operationTimeoutMs,
      ready: () => connection.ready,
      send: (request, callback) => connection.send(request, callback),
    });
    // Whoever does not wait for the connection is not to be troubled by its failure.
    this.firstConnected.promise.catch(() => undefined);
    connection.dial();
  }

  get id(): bigint {
    return this.prepared ? this.connection.sessionId : 0n;
  }

  get leaseUntil(): number {
    if (!this.prepared || this.states.final) return 0;
    const { lastAnsweredSentAt, sessionTimeoutMs } = this.connection;
    const margin = leaseMarginMs(sessionTimeoutMs, this.options.tickTimeMs);
    return lastAnsweredSentAt + sessionTimeoutMs - margin;
  }

  connected(): Promise<void> {
    return this.firstConnected.promise;
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  /** Why nothing can be sent at the moment; undefined when it can. */
  refusal(): { code: ZkCode; cause: unknown } | undefined {
    if (this.states.current === 'connected' && !this.closing && this.connection.ready) {
      return undefined;
    }
    const closing = this.closing && !this.states.final;
    const code = closing ? 'SESSION_CLOSED' : REFUSAL[this.states.current];
    return { code, cause: this.endedBy };
  }

  /** @param done called exactly once */
  submit(
    request: Jute.Request,
    context: () => ZkErrorContext,
    done: (error: ZkError | null, reply: Jute.Reply) => void,
  ): void {
    this.window.submit(request, (error, response) => {
      if (error) done(failure(error, response !== undefined, context()), NO_REPLY);
      else done(null, response?.payload ?? NO_REPLY);
    });
  }

  onConnected(server: ServerAddress): void {
    this.refusals.reset();
    if (this.prepared) this.announce(server);
    else void this.prepare(server);
  }

  onDisconnected(reason: string): void {
    this.window.rejectWaiting();
    if (this.states.current !== 'connected') return;
    this.options.logger.warn(
      { event: 'zk-suspended', sessionId: hex(this.id), reason, leaseUntil: this.leaseUntil },
      'Lost the connection to ZooKeeper; the session may still live.',
    );
    this.states.enter('suspended');
  }

  onAttemptFailed({ server, turnedAway, reason }: FailedAttempt): void {
    const { clock, logger } = this.options;
    logger.debug(
      { event: 'zk-connect-failed', server: address(server), turnedAway, reason },
      'Could not connect to a ZooKeeper server.',
    );
    const { sessionTimeoutMs } = this.connection;
    if (!this.refusals.failed(turnedAway, clock.monotonic(), sessionTimeoutMs)) return;
    this.refusals.reset();
    logger.warn(
      { event: 'zk-refused', sessionId: hex(this.id), server: address(server), reason },
      'ZooKeeper servers are there but have turned us away for a whole session timeout.',
    );
    void this.suspectRegression();
  }

  onExpired(): void {
    this.finish('expired', 'The ensemble says that the session is over.');
  }

  onAuthFailed(): void {
    this.finish('authFailed', 'The ensemble refused the credentials.');
  }

  /** What has to hold before anybody may use the session for the first time. */
  private async prepare(server: ServerAddress): Promise<void> {
    const ask = (op: string, path: string, request: Jute.Request): Promise<void> =>
      new Promise((resolve, reject) => {
        const context = { op, path, sessionId: this.connection.sessionId };
        this.submit(
          request,
          () => context,
          (error) => (error ? reject(error) : resolve()),
        );
      });
    const { connect, auth } = this.options;
    try {
      if (connect.chroot !== undefined) await ensureChroot(connect.chroot, ask);
      // Wrong credentials are answered before this is.
      else if (auth) await ask('exists', '/', unchrooted(existsRequest('/', false)));
    } catch (error) {
      this.preparationFailed(error);
      return;
    }
    if (this.states.final || !this.connection.ready) return;
    this.prepared = true;
    this.announce(server);
    this.firstConnected.resolve();
  }

  private preparationFailed(error: unknown): void {
    if (this.states.final || this.closing) return;
    if (error instanceof ZkError && error.retriable) {
      this.connection.reconnect();
      return;
    }
    this.connection.close().catch(() => undefined);
    this.finish('authFailed', describeError(error), error);
  }

  private announce(server: ServerAddress): void {
    const { sessionTimeoutMs } = this.connection;
    this.options.logger.info(
      {
        event: 'zk-connected',
        server: address(server),
        sessionId: hex(this.id),
        sessionTimeoutMs,
        askedForMs: this.options.sessionTimeoutMs,
      },
      'Connected to ZooKeeper.',
    );
    this.states.enter('connected');
  }

  private async suspectRegression(): Promise<void> {
    const { lastZxid, servers, sessionTimeoutMs } = this.connection;
    if (lastZxid <= 0n) return;
    const asked = servers.map((server) => askServer(server, sessionTimeoutMs / 3));
    const statuses = await Promise.all(asked);
    if (this.states.current !== 'suspended' || !hasRegressed(statuses, lastZxid)) return;
    this.options.logger.error(
      {
        event: 'zk-ensemble-regressed',
        sessionId: hex(this.id),
        lastZxid: hex(lastZxid),
        servers: servers.map(address),
        zxids: statuses.map((status) => status && hex(status.zxid)),
      },
      'The ensemble knows less than it has told us: its data was wiped or restored from a copy.',
    );
    this.connection.abandon();
    this.finish('expired', 'The ensemble lost its data, and this session with it.');
  }

  private async closeOnce(): Promise<void> {
    if (this.states.final) return;
    this.window.rejectWaiting();
    await this.connection.close();
    this.finish('closed', 'The session was closed here.');
  }

  private finish(state: SessionState, reason: string, cause: unknown = new Error(reason)): void {
    if (this.states.final) return;
    this.endedBy = cause;
    this.window.rejectWaiting();
    this.onEnd();
    const fields = { event: END_EVENTS[state], sessionId: hex(this.id), reason };
    // One that was to be taken up again, and had ended by itself, is no loss.
    const isLoss = state === 'authFailed' || (state === 'expired' && this.id !== 0n);
    this.options.logger[isLoss ? 'warn' : 'info'](fields, 'The session is over.');
    const refused = new ZkError(REFUSAL[state], { op: 'connect', outcome: 'not-applied', cause });
    this.firstConnected.reject(cause instanceof ZkError ? cause : refused);
    this.states.enter(state);
  }
}

function hex(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}

function address(server: ServerAddress): string {
  return `${server.host}:${server.port}`;
}
