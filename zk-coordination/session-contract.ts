import type { CreateOptions } from './create-options';
import type { ZkOp, ZkOpResult } from './multi';
import type { ZkStat } from './stat';

/**
 * Life of one session.
 *
 * ```
 * connecting → connected ⇄ suspended → expired        (the ensemble's verdict, final)
 *                  └────────┴────────→ closed          (ours, final)
 * connecting → authFailed                              (final)
 * ```
 * `suspended` means: no connection at the moment, the session may still be alive. Whether one may
 * still act is the lease's question, never the state's ({@link ZkSession.leaseUntil}).
 */
export type SessionState =
  'connecting' | 'connected' | 'suspended' | 'expired' | 'closed' | 'authFailed';

export type WatchEventType = 'created' | 'deleted' | 'dataChanged' | 'childrenChanged';

export interface WatchEvent {
  readonly type: WatchEventType;
  readonly path: string;
}

/** Called at most once; never called when the session ends first. */
export type Watcher = (event: WatchEvent) => void;

export interface NodeData {
  /** `null` for a znode created without data. */
  readonly data: Buffer | null;
  readonly stat: ZkStat;
}

export interface NodeChildren {
  /** Names, unordered. */
  readonly children: string[];
  readonly stat: ZkStat;
}

/** What a later process needs to take the session up again. The password is a secret. */
export interface SessionCredentials {
  readonly id: bigint;
  readonly password: Buffer;
}

/**
 * One ZooKeeper session, the lowest floor of zk-coordination. Implemented twice: over
 * node-zookeeper-client (session/) and in memory (double/); contract/ holds both to the same suite.
 *
 * All operations reject with {@link ./zk-error.ZkError}; they fail fast while not connected
 * (`NOT_CONNECTED`, outcome `not-applied`) and never queue silently. An object is never reused:
 * after `expired`, `closed` or `authFailed` make a new one.
 */
export interface ZkSession {
  readonly state: SessionState;
  /** 0n until first connected. */
  readonly id: bigint;
  /** What the ensemble granted (it clamps to 2–20 ticks); what was asked for until connected. */
  readonly negotiatedTimeoutMs: number;
  /**
   * Monotonic time until which the ensemble cannot have expired this session: the sending time of
   * the last answered request plus the negotiated timeout, less a margin (R2). 0 until connected.
   */
  readonly leaseUntil: number;
  credentials(): SessionCredentials;

  /** Resolves on the first `connected`; rejects with ZkError on a final state. */
  connected(): Promise<void>;
  /** @returns a function that removes the listener */
  onState(listener: (state: SessionState, previous: SessionState) => void): () => void;

  /** @returns the path made, which for sequential nodes ends in the counter */
  create(path: string, data: Buffer | null, options?: CreateOptions): Promise<string>;
  get(path: string, watcher?: Watcher): Promise<NodeData>;
  /** With a watcher, watches for creation too. */
  exists(path: string, watcher?: Watcher): Promise<ZkStat | null>;
  children(path: string, watcher?: Watcher): Promise<NodeChildren>;
  set(path: string, data: Buffer, version: number): Promise<ZkStat>;
  delete(path: string, version: number): Promise<void>;
  /** All or nothing. Rejects with a ZkError whose `index` and `path` name the operation that failed. */
  multi(ops: readonly ZkOp[]): Promise<ZkOpResult[]>;
  /** After it, reads through this session see everything committed before it was called. */
  sync(path: string): Promise<void>;

  /** Ends the session: its ephemerals go at once when connected, else when it times out. Idempotent. */
  close(): Promise<void>;
}

/** How sessions come into being; what the client above asks of its floor. */
export interface SessionFactory {
  /** @param resume take up this session again instead of opening a new one */
  open(resume?: SessionCredentials): ZkSession;
}
