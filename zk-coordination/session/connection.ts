import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';
import type { SessionCredentials } from '../session-contract';
import { Attempt } from './attempt';
import type { ConnectString } from './connect-string';
import { HandshakeTimer } from './handshake-timer';
import { Heartbeat } from './heartbeat';
import {
  newConnectionManager,
  STATES,
  type ConnectionManager,
  type Packet,
  type ServerAddress,
} from './library';
import { drainPackets, orderPackets } from './packet-queue';
import { syncRequest } from './requests';
import { ServerRotation } from './server-rotation';
import { tameUnknownCodes } from './unknown-codes';
import { guardXid } from './xid-guard';

export interface ConnectionOptions {
  connect: ConnectString;
  sessionTimeoutMs: number;
  resume?: SessionCredentials | undefined;
  auth?: { scheme: string; auth: Buffer } | undefined;
  clock: Clock;
  logger: Logger;
  random: () => number;
}

/** How one attempt to connect ended without a session. */
export interface FailedAttempt {
  readonly server: ServerAddress;
  /** The server took the TCP connection and then closed it without an answer. */
  readonly turnedAway: boolean;
  readonly reason: string;
}

export interface ConnectionListener {
  onConnected(server: ServerAddress): void;
  onDisconnected(reason: string): void;
  onAttemptFailed(attempt: FailedAttempt): void;
  onExpired(): void;
  onAuthFailed(): void;
}

export type WatchKind = 'data' | 'existence' | 'children';

/**
 * The library's connection with its defects taken out: every wait has an end, every request gets
 * an answer, nothing of one socket leaks into the next, and nothing the server says can end the
 * process. One object per session.
 */
export class Connection {
  private readonly manager: ConnectionManager;
  private readonly rotation: ServerRotation;
  private readonly handshake: HandshakeTimer;
  private readonly heartbeat: Heartbeat;
  private readonly closed = deferred();
  private attempt: Attempt | undefined;
  private pause: TimerHandle | undefined;
  private answeredSentAt = 0;
  private up = false;
  private connectedAt = 0;
  private dialled = false;
  private ended = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: ConnectionListener,
  ) {
    tameUnknownCodes();
    const { connect, resume, auth, clock, sessionTimeoutMs } = options;
    this.rotation = new ServerRotation(connect.servers, options.random);
    this.handshake = new HandshakeTimer(clock);
    this.heartbeat = new Heartbeat(clock);
    this.manager = newConnectionManager({
      sessionTimeout: sessionTimeoutMs,
      spinDelay: 0,
      retries: 0,
      ...(resume && { sessionId: bufferOf(resume.id), sessionPassword: resume.password }),
    });
    this.manager.chrootPath = connect.chroot;
    if (auth) this.manager.addAuthInfo(auth.scheme, auth.auth);
    this.manager.on('state', (state: number) => this.onLibraryState(state));
    this.manager.findNextServer = (dial) => this.dialNext(dial);
    const handle = this.manager.onSocketData.bind(this.manager);
    this.manager.onSocketData = (chunk) => this.onData(chunk, handle);
  }

  /** As negotiated; as asked for until connected. */
  get sessionTimeoutMs(): number {
    return this.manager.sessionTimeout;
  }

  get sessionId(): bigint {
    return this.manager.sessionId.readBigInt64BE(0);
  }

  get password(): Buffer {
    return Buffer.from(this.manager.sessionPassword);
  }

  get lastZxid(): bigint {
    return this.manager.zxid.readBigInt64BE(0);
  }

  get servers(): readonly ServerAddress[] {
    return this.rotation.servers;
  }

  /** When that was sent which the ensemble answered last, on the monotonic clock; 0 before. */
  get lastAnsweredSentAt(): number {
    const current = this.attempt?.conversation.lastAnsweredSentAt ?? 0;
    return Math.max(this.answeredSentAt, current);
  }

  /** Whether a request handed in now is written to a socket that still lives. */
  get ready(): boolean {
    return this.manager.state === STATES.CONNECTED && !this.ended && !this.attempt?.dead;
  }

  /** Starts connecting; a second call does nothing, so that there is never a second socket. */
  dial(): void {
    if (this.dialled) return;
    this.dialled = true;
    this.manager.connect();
  }

  /** Only while {@link ready}. The callback runs exactly once. */
  send(request: Packet['request'], callback: Packet['callback']): void {
    guardXid(this.manager);
    this.manager.queue(request, callback);
  }

  register(kind: WatchKind, path: string, fired: (event: { type: number }) => void): void {
    if (kind === 'data') this.manager.registerDataWatcher(path, fired);
    else if (kind === 'existence') this.manager.registerExistenceWatcher(path, fired);
    else this.manager.registerChildWatcher(path, fired);
  }

  /** Drops the socket; the library connects again. */
  reconnect(): void {
    this.attempt?.destroy();
  }

  /** Ends the session on the ensemble when connected, and in any case the connection. */
  async close(): Promise<void> {
    if (this.ended) return;
    if (!this.ready) {
      this.abandon();
      return;
    }
    const { clock } = this.options;
    this.ended = true;
    this.manager.close();
    const giveUp = clock.setTimeout(() => this.attempt?.destroy(), this.sessionTimeoutMs / 3);
    await this.closed.promise;
    clock.clearTimeout(giveUp);
  }

  /** Ends the connection and leaves the session to time out. */
  abandon(): void {
    this.ended = true;
    this.stopTimers();
    if (this.pause !== undefined) this.options.clock.clearTimeout(this.pause);
    drainPackets(this.manager);
    this.attempt?.destroy();
  }

  private dialNext(dial: (server: ServerAddress) => void): void {
    if (this.ended) return;
    const { server, pauseMs } = this.rotation.take(this.sessionTimeoutMs);
    const go = (): void => {
      this.pause = undefined;
      dial(server);
      this.onDialled(server);
    };
    this.pause = this.options.clock.setTimeout(go, pauseMs);
    // Between two attempts there is no socket that would keep the process alive.
    (this.pause as Partial<NodeJS.Timeout>).ref?.();
  }

  private onDialled(server: ServerAddress): void {
    const { manager } = this;
    // The library's own timer ends with the TCP connection and may hit the next socket.
    if (manager.connectTimeoutHandler) clearTimeout(manager.connectTimeoutHandler);
    this.keepLease();
    const attempt = new Attempt(server, manager.socket!, this.options.clock);
    this.attempt = attempt;
    this.handshake.start(this.sessionTimeoutMs, () =>
      this.giveUp(attempt, 'zk-handshake-timeout', 'no answer to the handshake'),
    );
  }

  private onData(chunk: Buffer, handle: (frame: Buffer) => void): void {
    const attempt = this.attempt!;
    try {
      attempt.receive(chunk, () => this.manager.state === STATES.CONNECTING, handle);
    } catch (error) {
      this.giveUp(attempt, 'zk-malformed-reply', `malformed reply: ${String(error)}`);
    }
  }

  private onLibraryState(state: number): void {
    switch (state) {
      case STATES.CONNECTED:
        this.onConnected(this.attempt!);
        break;
      case STATES.DISCONNECTED:
        this.onDisconnected();
        break;
      case STATES.SESSION_EXPIRED:
        this.abandon();
        this.listener.onExpired();
        break;
      case STATES.AUTHENTICATION_FAILED:
        this.abandon();
        this.listener.onAuthFailed();
        break;
      case STATES.CLOSED:
        this.closed.resolve();
        break;
      default: // CONNECTING and CLOSING are our own doing
        break;
    }
  }

  private onConnected(attempt: Attempt): void {
    this.up = true;
    this.connectedAt = this.options.clock.monotonic();
    this.handshake.stop();
    attempt.conversation.handshakeAnswered();
    orderPackets(this.manager);
    this.heartbeat.start(this.sessionTimeoutMs, attempt.conversation, {
      sync: () => this.sync(),
      gap: (ms) => this.onGap(ms),
      giveUp: (ms) => this.giveUp(attempt, 'zk-read-timeout', `silent for ${Math.round(ms)} ms`),
    });
    this.listener.onConnected(attempt.server);
  }

  private onDisconnected(): void {
    this.stopTimers();
    this.keepLease();
    drainPackets(this.manager);
    const { attempt, up } = this;
    this.up = false;
    if (this.ended || !attempt) return;
    if (up)
      this.rotation.connectionLasted(
        this.options.clock.monotonic() - this.connectedAt,
        this.sessionTimeoutMs,
      );
    const { server, turnedAway, reason } = attempt;
    if (up) this.listener.onDisconnected(reason);
    else this.listener.onAttemptFailed({ server, turnedAway, reason });
  }

  private sync(): void {
    if (this.ready) this.send(syncRequest('/'), () => undefined);
  }

  private onGap(ms: number): void {
    this.options.logger.warn(
      { event: 'zk-clock-gap', ms: Math.round(ms) },
      'The event loop stood still; ZooKeeper heard nothing from us meanwhile.',
    );
  }

  private giveUp(attempt: Attempt, event: string, reason: string): void {
    this.options.logger.warn(
      { event, server: `${attempt.server.host}:${attempt.server.port}`, reason },
      'Giving up on a ZooKeeper server and trying the next one.',
    );
    attempt.giveUp(reason);
  }

  private keepLease(): void {
    this.answeredSentAt = this.lastAnsweredSentAt;
  }

  private stopTimers(): void {
    this.handshake.stop();
    this.heartbeat.stop();
  }
}

function bufferOf(id: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(id);
  return buffer;
}
