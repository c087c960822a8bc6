import type { ZkOp, ZkOpResult } from '../multi';
import type { NodeChildren, NodeData, WatchEventType } from '../session-contract';
import type { ZkStat } from '../stat';
import type { Connection } from './connection';
import { Refusal } from './refusal';
import { WatchTable } from './watch-table';
import type { WatchKind } from './watch-table';
import { statOf } from './znode';
import { isValidPath, parentPath } from './znode-path';
import type { TreeChange } from './znode-tree';
import { ZnodeTree } from './znode-tree';

/** Told what a session has changed, or what its end has: all of one transaction at once. */
export type WriteListener = (changes: readonly TreeChange[], sessionId: bigint) => void;

/**
 * Applies requests to the tree in one global order and fires watches. Every write takes a zxid, the
 * failing ones too, as do the beginning and the end of a session.
 */
export class RequestProcessor {
  readonly tree: ZnodeTree;
  private readonly watches = new WatchTable<Connection>();
  private zxid = 0n;

  /**
   * @param now wall-clock time, for ctime and mtime
   * @param onWrite told of each change of the tree before anybody else
   */
  constructor(
    private readonly now: () => number,
    private readonly onWrite?: WriteListener,
  ) {
    this.tree = new ZnodeTree(now());
  }

  get lastZxid(): bigint {
    return this.zxid;
  }

  write(connection: Connection, ops: readonly ZkOp[]): ZkOpResult[] {
    const outcome = this.tree.apply(ops, {
      zxid: ++this.zxid,
      time: this.now(),
      sessionId: connection.session.id,
      identity: connection.identity,
    });
    this.onWrite?.(outcome.changes, connection.session.id);
    this.fire(outcome.changes);
    return outcome.results;
  }

  get(connection: Connection, path: string, watch: boolean): NodeData {
    const node = this.tree.read(valid(path), connection.identity);
    if (watch) this.watches.add('data', path, connection);
    const data = node.data === null ? null : Buffer.from(node.data);
    return { data, stat: statOf(node) };
  }

  exists(connection: Connection, path: string, watch: boolean): ZkStat | null {
    const node = this.tree.find(valid(path));
    if (watch) this.watches.add('data', path, connection);
    return node ? statOf(node) : null;
  }

  children(connection: Connection, path: string, watch: boolean): NodeChildren {
    const node = this.tree.read(valid(path), connection.identity);
    if (watch) this.watches.add('child', path, connection);
    return { children: [...node.children], stat: statOf(node) };
  }

  /** Makes the persistent, empty, open znodes that are missing on the way to a path. */
  ensurePath(connection: Connection, path: string): void {
    if (path === '' || this.tree.find(path)) return;
    this.ensurePath(connection, parentPath(path));
    this.write(connection, [{ type: 'create', path, data: null }]);
  }

  /** There is one server, and it is never behind. */
  sync(path: string): void {
    valid(path);
  }

  /**
   * A client is back and says what it watches: what it missed since `seen` fires now, the rest is
   * armed again (DataTree.setWatches).
   */
  setWatches(connection: Connection, seen: bigint, watched: Record<WatchKind, string[]>): void {
    const arm = (kind: WatchKind, path: string, missed: WatchEventType | null) => {
      if (missed) connection.notify({ type: missed, path });
      else this.watches.add(kind === 'child' ? 'child' : 'data', path, connection);
    };
    for (const path of watched.data) {
      const node = this.tree.find(path);
      arm('data', path, !node ? 'deleted' : node.mzxid > seen ? 'dataChanged' : null);
    }
    for (const path of watched.exists) {
      arm('exists', path, this.tree.find(path) ? 'created' : null);
    }
    for (const path of watched.child) {
      const node = this.tree.find(path);
      arm('child', path, !node ? 'deleted' : node.pzxid > seen ? 'childrenChanged' : null);
    }
  }

  /** Watches live as long as the connection they came over. */
  forgetWatches(connection: Connection): void {
    this.watches.removeHolder(connection);
  }

  beginSession(): void {
    this.zxid++;
  }

  endSession(sessionId: bigint): void {
    const changes = this.tree.removeEphemerals(sessionId, ++this.zxid);
    this.onWrite?.(changes, sessionId);
    this.fire(changes);
  }

  private fire(changes: readonly TreeChange[]): void {
    for (const { type, path } of changes) {
      this.notify(type, path);
      if (type !== 'dataChanged') this.notify('childrenChanged', parentPath(path));
    }
  }

  private notify(type: WatchEventType, path: string): void {
    for (const connection of this.watches.take(type, path)) connection.notify({ type, path });
  }
}

function valid(path: string): string {
  if (!isValidPath(path)) throw new Refusal('BAD_ARGUMENTS');
  return path;
}
