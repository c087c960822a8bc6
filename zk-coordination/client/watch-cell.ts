import type { TimerHandle } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { NodeChildren, NodeData, Watcher } from '../session-contract';
import { ZkError } from '../zk-error';
import { isRepeatable } from './retry';
import type { ZooKeeperClient } from './zookeeper-client';

/** What can be observed of a path. Each is null while the znode is not there. */
export interface WatchKinds {
  data: NodeData;
  children: NodeChildren;
}
export type WatchKind = keyof WatchKinds;

export interface Change<V> {
  /** undefined when this is the first reading. */
  readonly prev: V | null | undefined;
  readonly next: V | null;
}

export interface WatchCellOptions {
  /** Wait after an event before re-reading, so that a burst costs one read. Default 0 ms. */
  coalesceMs?: number;
  /** Shortest time between readings without any event; the longest is twice that. Default 30 s. */
  auditMs?: number;
}

type Value = NodeData | NodeChildren;

const READ = {
  data: (zk: ZooKeeperClient, path: string, watcher?: Watcher) => zk.get(path, watcher),
  children: (zk: ZooKeeperClient, path: string, watcher?: Watcher) => zk.children(path, watcher),
} as const;

/** The transaction that last changed what the kind looks at; together with czxid it identifies it. */
const CHANGED = {
  data: (value: Value) => value.stat.mzxid,
  children: (value: Value) => value.stat.pzxid,
} as const;

/**
 * Keeps the present state of one path at hand and tells what changed: level-triggered, over
 * one-shot watches that may get lost (R11).
 *
 * It reads again on an event, in a new session, after a reconnect, and now and then without any
 * reason; one read at a time, and a change during it makes one more. A change is told only when
 * czxid or mzxid (data) or pzxid (children) differ, so a deleted and re-created znode is a change
 * although its content may be the same. States in between may be missed; the last never is.
 */
export class WatchCell<K extends WatchKind> {
  private readonly firstRead = deferred<WatchKinds[K] | null>();
  private readonly removeListener: () => void;
  private value: WatchKinds[K] | null | undefined;
  /** The generation whose session holds a live watch for us, 0 when none does. */
  private armedIn = 0;
  /** The generation of the last reading. */
  private readIn = 0;
  private reading = false;
  private dirty = false;
  private closed = false;
  private timer: TimerHandle;

  constructor(
    private readonly zk: ZooKeeperClient,
    readonly path: string,
    private readonly kind: K,
    private readonly listener: (change: Change<WatchKinds[K]>) => void,
    private readonly options: WatchCellOptions = {},
  ) {
    this.firstRead.promise.catch(() => {});
    this.removeListener = zk.onState(({ state }) => {
      if (state === 'connected') this.refresh();
    });
    this.refresh();
  }

  /** Resolves with the first reading, after the listener heard of it; rejects when closed before. */
  get first(): Promise<WatchKinds[K] | null> {
    return this.firstRead.promise;
  }

  /** The last reading; undefined before the first. */
  get current(): WatchKinds[K] | null | undefined {
    return this.value;
  }

  /** Reads again although nothing happened. */
  refresh(): void {
    if (this.closed) return;
    this.dirty = true;
    if (!this.reading) void this.read();
  }

  /** Tells nothing from now on. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.removeListener();
    this.zk.clock.clearTimeout(this.timer);
    this.firstRead.reject(new ZkError('SESSION_CLOSED', { op: 'observe', path: this.path }));
  }

  private async read(): Promise<void> {
    this.reading = true;
    this.zk.clock.clearTimeout(this.timer);
    while (this.dirty && !this.closed) {
      this.dirty = false;
      try {
        await this.readOnce();
      } catch (error) {
        this.failed(error);
      }
    }
    this.reading = false;
    if (!this.closed) this.scheduleAudit();
  }

  private async readOnce(): Promise<void> {
    const generation = this.zk.generation;
    // A new session may be served by a server that lags behind what the old one has seen.
    if (this.readIn !== 0 && this.readIn !== generation) await this.zk.sync(this.path);
    const armed = this.armedIn === generation;
    const next = await this.fetch(armed ? undefined : this.arm(generation));
    if (this.closed || generation !== this.zk.generation) return;
    this.readIn = generation;
    if (!this.isChange(next)) return;
    if (armed && this.armedIn === generation) {
      // Changed without an event, or before it: do not rely on that watch any more.
      this.armedIn = 0;
      this.dirty = true;
      return;
    }
    this.tell(next);
  }

  /** Reads the value, or null after making sure that the watch also waits for its creation. */
  private async fetch(watcher: Watcher | undefined): Promise<WatchKinds[K] | null> {
    for (;;) {
      try {
        return (await READ[this.kind](this.zk, this.path, watcher)) as WatchKinds[K];
      } catch (error) {
        if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
      }
      if ((await this.zk.exists(this.path, watcher)) === null) return null;
    }
  }

  private arm(generation: number): Watcher {
    this.armedIn = generation;
    return () => {
      if (this.armedIn === generation) this.armedIn = 0;
      this.wake();
    };
  }

  private wake(): void {
    const { coalesceMs = 0 } = this.options;
    if (this.reading || coalesceMs === 0) return this.refresh();
    this.zk.clock.clearTimeout(this.timer);
    this.timer = this.zk.clock.setTimeout(() => this.refresh(), coalesceMs);
  }

  private isChange(next: WatchKinds[K] | null): boolean {
    const prev = this.value;
    if (prev === undefined) return true;
    if (prev === null || next === null) return prev !== next;
    return (
      prev.stat.czxid !== next.stat.czxid || CHANGED[this.kind](prev) !== CHANGED[this.kind](next)
    );
  }

  private tell(next: WatchKinds[K] | null): void {
    const prev = this.value;
    this.value = next;
    try {
      this.listener({ prev, next });
    } catch (error) {
      this.zk.logger.error(
        { event: 'zk-watch-listener-failed', path: this.path, error: describeError(error) },
        'The listener of an observed znode failed.',
      );
    }
    if (prev === undefined) this.firstRead.resolve(next);
  }

  private failed(error: unknown): void {
    this.armedIn = 0;
    if (isRepeatable(error)) return;
    this.firstRead.reject(error);
    this.zk.logger.error(
      { event: 'zk-watch-failed', path: this.path, error: describeError(error) },
      'An observed znode cannot be read; it will be tried again.',
    );
  }

  /** A lost watch must not stay unnoticed for ever; jitter spreads the readers of one znode. */
  private scheduleAudit(): void {
    const { auditMs = 30_000 } = this.options;
    const soon = this.armedIn === 0 && this.zk.state === 'connected';
    const wait = soon ? 100 : auditMs * (1 + this.zk.random());
    this.zk.clock.clearTimeout(this.timer);
    this.timer = this.zk.clock.setTimeout(() => this.refresh(), wait);
  }
}

/** Begins to observe; see {@link WatchCell}. The listener is called first with the first reading. */
export function observe<K extends WatchKind>(
  zk: ZooKeeperClient,
  path: string,
  kind: K,
  listener: (change: Change<WatchKinds[K]>) => void,
  options?: WatchCellOptions,
): WatchCell<K> {
  return new WatchCell(zk, path, kind, listener, options);
}
