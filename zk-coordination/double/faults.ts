import type { ZkSession } from '../session-contract';
import type { ConnectionClient } from './connection';

/**
 * A session object, or the id of a session, which stands for the object that had it last. Faults
 * stick to the object: whoever takes the session up again, as a restarted process does, is not
 * touched by what holds up its former self.
 */
export type SessionTarget = bigint | ZkSession;

/** What a fault can pick requests by. */
export interface RequestFacts {
  readonly sessionId: bigint;
  /** `create`, `get`, `exists`, `children`, `set`, `delete`, `multi`, `sync`, `close`. */
  readonly op: string;
  /** As the client wrote it, chroot excluded. */
  readonly path: string | undefined;
}

export type RequestMatcher = (request: RequestFacts) => boolean;

/** The ensemble's side of the faults. */
export interface FaultSwitches {
  /** @throws Error when there has been no such session on this ensemble */
  clientOf(session: SessionTarget): ConnectionClient;
  /** Those of a machine that are connected. */
  clientsOf(origin: string): ConnectionClient[];
  cut(client: ConnectionClient): void;
  cutAll(): void;
  silence(client: ConnectionClient): void;
  expire(sessionId: bigint): void;
  holdEvents(client: ConnectionClient, hold: boolean): void;
  /** Lets those who could not get through dial again. */
  redial(): void;
  freezeSessions(): void;
  thawSessions(): void;
}

/** How a request of a client goes wrong on its way. */
export type Accident = 'none' | 'requestLost' | 'replyLost';

/**
 * What can go wrong, at a test's command. A lost request or reply takes the connection with it, as
 * it does with TCP: all that was in flight fails with CONNECTION_LOSS, and the client dials again.
 */
export class Faults {
  /** One-way travelling time of requests, replies and events, in milliseconds. Default 0. */
  latencyMs: number | (() => number) = 0;
  private quorum = true;
  /** With the session by which each was named. */
  private readonly down = new Map<ConnectionClient, bigint>();
  private readonly isolated = new Set<string>();
  private readonly holdingEvents = new Map<ConnectionClient, bigint>();
  private readonly accidents: { kind: Accident; matches: RequestMatcher }[] = [];

  constructor(private readonly switches: FaultSwitches) {}

  get hasQuorum(): boolean {
    return this.quorum;
  }

  /** Cuts the session's connection and keeps it from coming back until {@link reconnect}. */
  disconnect(session: SessionTarget): void {
    this.switches.cut(this.list(session, this.down));
  }

  /**
   * The link goes dead without either side being told, as when a server is stopped or packets are
   * dropped. The client notices by its unanswered pings; then {@link reconnect} lets it back.
   */
  blackHole(session: SessionTarget): void {
    this.switches.silence(this.list(session, this.down));
  }

  /** Undoes {@link disconnect} and {@link blackHole}; the client learns how its session fared. */
  reconnect(session: SessionTarget): void {
    this.strike(session, this.down);
    this.switches.redial();
  }

  /** The ensemble ends the session now. The client hears of it when it next gets through. */
  expire(session: SessionTarget): void {
    this.switches.expire(idOf(session));
  }

  /** The next matching request is applied, its reply lost: the client sees an unknown outcome. */
  dropNextReply(matches: RequestMatcher = () => true): void {
    this.accidents.push({ kind: 'replyLost', matches });
  }

  /** The next matching request is lost before it is applied; the client cannot tell the difference. */
  dropNextRequest(matches: RequestMatcher = () => true): void {
    this.accidents.push({ kind: 'requestLost', matches });
  }

  /** Every connection is cut, none comes back, no session expires. */
  loseQuorum(): void {
    if (!this.quorum) return;
    this.quorum = false;
    this.switches.freezeSessions();
    this.switches.cutAll();
  }

  /** Clients come back; every session has its whole timeout again. */
  regainQuorum(): void {
    if (this.quorum) return;
    this.quorum = true;
    this.switches.thawSessions();
    this.switches.redial();
  }

  /** Keeps watch events from the session, and replies sent after them, until {@link resumeEvents}. */
  pauseEvents(session: SessionTarget): void {
    this.switches.holdEvents(this.list(session, this.holdingEvents), true);
  }

  resumeEvents(session: SessionTarget): void {
    for (const client of this.strike(session, this.holdingEvents)) {
      this.switches.holdEvents(client, false);
    }
  }

  /**
   * Cuts off every session of a machine, also those it opens later, until {@link rejoin}.
   *
   * @param silently neither side is told, as with {@link blackHole}
   */
  isolate(origin: string, silently: boolean): void {
    this.isolated.add(origin);
    for (const client of this.switches.clientsOf(origin)) {
      if (silently) this.switches.silence(client);
      else this.switches.cut(client);
    }
  }

  rejoin(origin: string): void {
    this.isolated.delete(origin);
    this.switches.redial();
  }

  isDown(client: ConnectionClient): boolean {
    if (!this.quorum || this.down.has(client)) return true;
    return client.origin !== undefined && this.isolated.has(client.origin);
  }

  /** How long what is sent now travels. */
  travelMs(): number {
    return typeof this.latencyMs === 'number' ? this.latencyMs : this.latencyMs();
  }

  holdsEvents(client: ConnectionClient): boolean {
    return this.holdingEvents.has(client);
  }

  /** Takes the accident ordered for this request, if there is one. */
  accidentFor(request: RequestFacts): Accident {
    const index = this.accidents.findIndex((accident) => accident.matches(request));
    return index < 0 ? 'none' : this.accidents.splice(index, 1)[0]!.kind;
  }

  private list(session: SessionTarget, list: Map<ConnectionClient, bigint>): ConnectionClient {
    const client = this.switches.clientOf(session);
    list.set(client, idOf(session));
    return client;
  }

  private strike(session: SessionTarget, list: Map<ConnectionClient, bigint>): ConnectionClient[] {
    const struck =
      typeof session === 'bigint'
        ? [...list.keys()].filter((client) => list.get(client) === session)
        : [this.switches.clientOf(session)];
    for (const client of struck) list.delete(client);
    return struck;
  }
}

function idOf(session: SessionTarget): bigint {
  return typeof session === 'bigint' ? session : session.id;
}
