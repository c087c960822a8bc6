import type { Clock } from '../../client/runtime/clock';
import type { SessionCredentials, WatchEvent } from '../session-contract';
import type { Refusal } from './refusal';
import type { SessionRecord } from './session-table';
import { Wire } from './wire';

/** What a client says when it dials. */
export interface Hello {
  readonly timeoutMs: number;
  /** Digest identity (`user:password`), null for none. */
  readonly identity: string | null;
  readonly resume?: SessionCredentials;
}

/** `zxid` is the last transaction the ensemble had applied when it answered. */
export type Reply<T> =
  | { readonly ok: true; readonly zxid: bigint; readonly value: T }
  | { readonly ok: false; readonly zxid: bigint; readonly refusal: Refusal };

/** The client's end of a connection. Methods are called by the ensemble, in order. */
export interface ConnectionClient {
  /** Which machine it is on; faults can cut off whole machines. Undefined: none in particular. */
  readonly origin: string | undefined;
  /** False once nobody waits for the dialled connection any more. */
  readonly wantsConnection: boolean;
  accepted(connection: Connection): void;
  /** The session asked for is over, or its password was wrong. */
  expired(): void;
  received(event: WatchEvent): void;
  /** @param moved another client has taken this session up */
  lost(connection: Connection, moved: boolean): void;
}

/** One connection of a client to the ensemble; at most one per session at a time. */
export class Connection {
  readonly toEnsemble: Wire;
  readonly toClient: Wire;
  private silenced = false;

  constructor(
    readonly client: ConnectionClient,
    readonly session: SessionRecord,
    readonly identity: string | null,
    clock: Clock,
    latencyMs: () => number,
  ) {
    this.toEnsemble = new Wire(clock, latencyMs);
    this.toClient = new Wire(clock, latencyMs);
  }

  /** Both ends believe it stands, nothing gets through. */
  get isSilent(): boolean {
    return this.silenced;
  }

  notify(event: WatchEvent): void {
    this.toClient.send(() => this.client.received(event), true);
  }

  silence(): void {
    this.silenced = true;
    this.toEnsemble.cut();
    this.toClient.cut();
  }
}
