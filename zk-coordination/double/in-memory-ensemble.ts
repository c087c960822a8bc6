import type { Clock } from '../../client/runtime/clock';
import { systemClock } from '../../client/runtime/clock';
import type { SessionCredentials, SessionFactory, ZkSession } from '../session-contract';
import type { ConnectionClient, Hello, Reply } from './connection';
import { Connection } from './connection';
import type { SessionTarget } from './faults';
import { Faults } from './faults';
import type { InMemorySessionOptions } from './in-memory-session';
import { InMemorySession } from './in-memory-session';
import { Refusal } from './refusal';
import { RequestProcessor, type WriteListener } from './request-processor';
import type { EnsemblePort, EnsembleRequest } from './session-link';
import type { SessionRecord } from './session-table';
import { SessionTable } from './session-table';
import type { ZnodeTree } from './znode-tree';

export interface EnsembleOptions {
  /** Default: the system's. */
  clock?: Clock;
  /** Session timeouts are clamped to 2–20 of these, in milliseconds. Default 500. */
  tickTimeMs?: number;
  /** Told of every change, in their order, before any client is: for invariants. */
  onWrite?: WriteListener;
}

export interface InMemorySessionFactory extends SessionFactory {
  open(resume?: SessionCredentials): InMemorySession;
}

/**
 * A ZooKeeper ensemble in memory, with ZooKeeper's semantics and with faults on command. It is one
 * linearizable server: it does not model followers that lag. All time comes from the clock; the
 * same calls in the same order give the same run.
 */
export class InMemoryEnsemble implements EnsemblePort {
  readonly clock: Clock;
  readonly faults: Faults;
  private readonly tickTimeMs: number;
  private readonly processor: RequestProcessor;
  private readonly sessionTable: SessionTable;
  private readonly connections = new Map<bigint, Connection>();
  private readonly clients = new WeakMap<ZkSession, ConnectionClient>();
  /** Who had each session last. */
  private readonly holders = new Map<bigint, ConnectionClient>();
  private readonly waiting: { client: ConnectionClient; hello: Hello }[] = [];

  constructor(options: EnsembleOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.tickTimeMs = options.tickTimeMs ?? 500;
    this.processor = new RequestProcessor(() => this.clock.now(), options.onWrite);
    this.sessionTable = new SessionTable(this.clock, (session) => this.sessionExpired(session));
    this.faults = new Faults({
      clientOf: (session) => this.clientOf(session),
      clientsOf: (origin) =>
        [...this.connections.values()]
          .map(({ client }) => client)
          .filter((client) => client.origin === origin),
      cut: (client) => this.cut(this.connectionOf(client)),
      cutAll: () => [...this.connections.values()].forEach((connection) => this.cut(connection)),
      silence: (client) => this.connectionOf(client)?.silence(),
      expire: (id) => this.expire(id),
      holdEvents: (client, hold) => this.connectionOf(client)?.toClient.holdEvents(hold),
      redial: () => this.waiting.splice(0).forEach((one) => this.dial(one.client, one.hello)),
      freezeSessions: () => this.sessionTable.freeze(),
      thawSessions: () => this.sessionTable.thaw(),
    });
  }

  /** Where clients get their sessions from. */
  sessions(options: InMemorySessionOptions = {}): InMemorySessionFactory {
    return {
      open: (resume) => {
        const session = new InMemorySession(this, options, resume);
        this.clients.set(session, session.link);
        return session;
      },
    };
  }

  /** The znodes themselves, for assertions. */
  get tree(): Pick<ZnodeTree, 'find' | 'paths'> {
    return this.processor.tree;
  }

  /** Whether the ensemble still holds this session. */
  isAlive(sessionId: bigint): boolean {
    return this.sessionTable.find(sessionId) !== undefined;
  }

  /** Called by sessions: asks for a connection. Answered later, or never while faults forbid it. */
  dial(client: ConnectionClient, hello: Hello): void {
    const arrive = () => {
      if (!client.wantsConnection) return;
      if (this.faults.isDown(client)) this.waiting.push({ client, hello });
      else this.shakeHands(client, hello);
    };
    const travelMs = this.faults.travelMs();
    if (travelMs === 0) queueMicrotask(arrive);
    else this.clock.setTimeout(arrive, travelMs * 2);
  }

  /** Called by sessions: @returns whether the ensemble answered */
  ping(connection: Connection): boolean {
    if (connection.isSilent) return false;
    this.sessionTable.touch(connection.session);
    return true;
  }

  /** Called by sessions. */
  send<T>(connection: Connection, request: EnsembleRequest<T>): void {
    connection.toEnsemble.send(() => this.process(connection, request));
  }

  /** Called by sessions that give up a connection. */
  hangUp(connection: Connection): void {
    connection.silence();
    this.drop(connection);
  }

  private shakeHands(client: ConnectionClient, hello: Hello): void {
    const session = hello.resume
      ? this.sessionTable.resume(hello.resume)
      : this.beginSession(hello.timeoutMs);
    // Whoever asks for a session cuts off who has it, before the password is looked at.
    if (hello.resume) this.cut(this.connections.get(hello.resume.id), session !== undefined);
    if (!session) {
      client.expired();
      return;
    }
    const latency = () => this.faults.travelMs();
    const connection = new Connection(client, session, hello.identity, this.clock, latency);
    connection.toClient.holdEvents(this.faults.holdsEvents(client));
    this.connections.set(session.id, connection);
    this.holders.set(session.id, client);
    client.accepted(connection);
  }

  private beginSession(timeoutMs: number): SessionRecord {
    this.processor.beginSession();
    const granted = Math.min(20 * this.tickTimeMs, Math.max(2 * this.tickTimeMs, timeoutMs));
    return this.sessionTable.open(granted);
  }

  private process<T>(connection: Connection, request: EnsembleRequest<T>): void {
    const { session } = connection;
    const accident = request.facts ? this.faults.accidentFor(request.facts) : 'none';
    if (accident === 'requestLost') {
      this.cut(connection);
      return;
    }
    this.sessionTable.touch(session);
    const reply = this.execute(connection, request);
    if (accident === 'replyLost') this.cut(connection);
    else connection.toClient.send(() => request.settle(reply));
  }

  private execute<T>(connection: Connection, request: EnsembleRequest<T>): Reply<T> {
    try {
      const value = request.execute(this.processor, connection);
      if (request.endsSession) this.endSession(connection.session);
      return { ok: true, zxid: this.processor.lastZxid, value };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ok: false, zxid: this.processor.lastZxid, refusal: error };
    }
  }

  private expire(sessionId: bigint): void {
    const session = this.sessionTable.find(sessionId);
    if (!session) return;
    this.sessionTable.remove(session);
    this.sessionExpired(session);
  }

  private sessionExpired(session: SessionRecord): void {
    this.processor.endSession(session.id);
    const connection = this.connections.get(session.id);
    if (connection?.isSilent) this.drop(connection);
    else this.cut(connection);
  }

  /** The last reply still travels; nothing follows it. */
  private endSession(session: SessionRecord): void {
    this.sessionTable.remove(session);
    this.processor.endSession(session.id);
    const connection = this.connections.get(session.id);
    if (!connection) return;
    // Nobody could let go of what is held once the connection is not listed any more.
    connection.toClient.holdEvents(false);
    this.drop(connection);
  }

  private cut(connection: Connection | undefined, moved = false): void {
    if (!connection) return;
    const { isSilent } = connection;
    this.hangUp(connection);
    if (!isSilent) connection.client.lost(connection, moved);
  }

  private drop(connection: Connection): void {
    this.processor.forgetWatches(connection);
    if (this.connections.get(connection.session.id) === connection) {
      this.connections.delete(connection.session.id);
    }
  }

  private connectionOf(client: ConnectionClient): Connection | undefined {
    return [...this.connections.values()].find((connection) => connection.client === client);
  }

  private clientOf(session: SessionTarget): ConnectionClient {
    const client =
      typeof session === 'bigint' ? this.holders.get(session) : this.clients.get(session);
    if (!client) throw new Error('There has been no such session on this ensemble.');
    return client;
  }
}
