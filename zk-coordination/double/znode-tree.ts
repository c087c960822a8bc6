import type { ZkOp, ZkOpResult } from '../multi';
import { ANY_VERSION } from '../multi';
import { Refusal } from './refusal';
import type { Znode } from './znode';
import { statOf } from './znode';
import { aclFor, mayChange, mayRead, OPEN_ACL } from './znode-acl';
import { isValidPath, nodeName, parentPath } from './znode-path';

/** In whose name, under which transaction and at what wall-clock time a change is made. */
export interface TreeTransaction {
  readonly zxid: bigint;
  readonly time: number;
  readonly sessionId: bigint;
  readonly identity: string | null;
}

/** What happened to one znode; the watch tables turn it into events. */
export interface TreeChange {
  readonly type: 'created' | 'deleted' | 'dataChanged';
  readonly path: string;
}

export interface TreeOutcome {
  readonly results: ZkOpResult[];
  readonly changes: TreeChange[];
}

type Create = Extract<ZkOp, { type: 'create' }>;

/** Nodes every ensemble has and nobody may delete (DataTree.isSpecialPath). */
const SPECIAL = ['/', '/zookeeper', '/zookeeper/config', '/zookeeper/quota'];

/**
 * The data of the ensemble: znodes, their versions and counters, who owns the ephemerals.
 * Checks come in ZooKeeper's order (PrepRequestProcessor), so the same request is refused with the
 * same code. Knows nothing of sessions' lives, watches or time.
 */
export class ZnodeTree {
  private readonly nodes = new Map<string, Znode>();
  private readonly ephemerals = new Map<bigint, Set<string>>();

  constructor(time: number) {
    for (const path of SPECIAL) {
      this.nodes.set(path, newNode({ zxid: 0n, time, sessionId: 0n, identity: null }));
      if (path !== '/') this.parentOf(path).children.add(nodeName(path));
    }
  }

  /** @throws Refusal NO_NODE, NO_AUTH */
  read(path: string, identity: string | null): Znode {
    const node = this.existing(path);
    if (!mayRead(node.acl, identity)) throw new Refusal('NO_AUTH');
    return node;
  }

  find(path: string): Znode | undefined {
    return this.nodes.get(path);
  }

  /** Paths of all znodes, sorted; for tests and dumps. */
  paths(): string[] {
    return [...this.nodes.keys()].sort();
  }

  /**
   * Applies all operations or none.
   *
   * @throws Refusal with the index of the first operation that cannot be done
   */
  apply(ops: readonly ZkOp[], txn: TreeTransaction): TreeOutcome {
    const undo: (() => void)[] = [];
    const changes: TreeChange[] = [];
    const results: ZkOpResult[] = [];
    for (const [index, op] of ops.entries()) {
      try {
        results.push(this.applyOne(op, txn, changes, undo));
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error instanceof Refusal ? new Refusal(error.code, index) : error;
      }
    }
    return { results, changes };
  }

  /** Deletes what an ended session leaves behind. */
  removeEphemerals(sessionId: bigint, zxid: bigint): TreeChange[] {
    const changes: TreeChange[] = [];
    for (const path of this.ephemerals.get(sessionId) ?? []) {
      this.unlink(path, this.existing(path), zxid);
      changes.push({ type: 'deleted', path });
    }
    this.ephemerals.delete(sessionId);
    return changes;
  }

  private applyOne(
    op: ZkOp,
    txn: TreeTransaction,
    changes: TreeChange[],
    undo: (() => void)[],
  ): ZkOpResult {
    switch (op.type) {
      case 'check': {
        if (!isValidPath(op.path)) throw new Refusal('BAD_ARGUMENTS');
        checkVersion(this.read(op.path, txn.identity), op.version);
        return { type: 'check' };
      }
      case 'create': {
        const path = this.create(op, txn, undo);
        changes.push({ type: 'created', path });
        return { type: 'create', path };
      }
      case 'set': {
        const node = this.set(op.path, op.data, op.version, txn, undo);
        changes.push({ type: 'dataChanged', path: op.path });
        return { type: 'set', stat: statOf(node) };
      }
      case 'delete': {
        this.delete(op.path, op.version, txn, undo);
        changes.push({ type: 'deleted', path: op.path });
        return { type: 'delete' };
      }
    }
  }

  private create(op: Create, txn: TreeTransaction, undo: (() => void)[]): string {
    if (!isValidPath(op.sequential ? `${op.path}1` : op.path)) throw new Refusal('BAD_ARGUMENTS');
    const acl = aclFor(op.acl ?? 'open', txn.identity);
    if (!acl) throw new Refusal('INVALID_ACL');
    const path = op.sequential ? this.sequentialPath(op.path) : op.path;
    const parent = this.parentOf(path);
    if (!mayChange(parent.acl, txn.identity)) throw new Refusal('NO_AUTH');
    if (this.nodes.has(path)) throw new Refusal('NODE_EXISTS');
    if (parent.ephemeralOwner !== 0n) throw new Refusal('NO_CHILDREN_FOR_EPHEMERALS');
    const owner = op.ephemeral ? txn.sessionId : 0n;
    const before = { created: parent.created, pzxid: parent.pzxid };
    this.link(path, { ...newNode(txn), data: copy(op.data), acl, ephemeralOwner: owner }, parent);
    parent.created++;
    parent.pzxid = txn.zxid;
    undo.push(() => {
      this.unlink(path, this.existing(path), txn.zxid);
      Object.assign(parent, before);
    });
    return path;
  }

  private set(
    path: string,
    data: Buffer,
    version: number,
    txn: TreeTransaction,
    undo: (() => void)[],
  ): Znode {
    if (!isValidPath(path)) throw new Refusal('BAD_ARGUMENTS');
    const node = this.existing(path);
    if (!mayChange(node.acl, txn.identity)) throw new Refusal('NO_AUTH');
    checkVersion(node, version);
    const { data: oldData, mzxid, mtime } = node;
    undo.push(() =>
      Object.assign(node, { data: oldData, mzxid, mtime, version: node.version - 1 }),
    );
    node.data = copy(data);
    node.mzxid = txn.zxid;
    node.mtime = txn.time;
    node.version++;
    return node;
  }

  private delete(path: string, version: number, txn: TreeTransaction, undo: (() => void)[]): void {
    if (!isValidPath(path) || SPECIAL.includes(path)) throw new Refusal('BAD_ARGUMENTS');
    const node = this.existing(path);
    const parent = this.parentOf(path);
    if (!mayChange(parent.acl, txn.identity)) throw new Refusal('NO_AUTH');
    checkVersion(node, version);
    if (node.children.size > 0) throw new Refusal('NOT_EMPTY');
    const { pzxid } = parent;
    this.unlink(path, node, txn.zxid);
    undo.push(() => {
      this.link(path, node, parent);
      parent.pzxid = pzxid;
    });
  }

  private sequentialPath(prefix: string): string {
    return prefix + String(this.parentOf(`${prefix}1`).created).padStart(10, '0');
  }

  private link(path: string, node: Znode, parent: Znode): void {
    this.nodes.set(path, node);
    parent.children.add(nodeName(path));
    if (node.ephemeralOwner === 0n) return;
    const owned = this.ephemerals.get(node.ephemeralOwner) ?? new Set();
    this.ephemerals.set(node.ephemeralOwner, owned.add(path));
  }

  private unlink(path: string, node: Znode, zxid: bigint): void {
    const parent = this.parentOf(path);
    this.nodes.delete(path);
    parent.children.delete(nodeName(path));
    parent.pzxid = zxid;
    this.ephemerals.get(node.ephemeralOwner)?.delete(path);
  }

  private existing(path: string): Znode {
    const node = this.nodes.get(path);
    if (!node) throw new Refusal('NO_NODE');
    return node;
  }

  private parentOf(path: string): Znode {
    return this.existing(parentPath(path));
  }
}

function newNode(txn: TreeTransaction): Znode {
  return {
    data: null,
    acl: OPEN_ACL,
    czxid: txn.zxid,
    mzxid: txn.zxid,
    pzxid: txn.zxid,
    ctime: txn.time,
    mtime: txn.time,
    version: 0,
    created: 0,
    ephemeralOwner: 0n,
    children: new Set(),
  };
}

function checkVersion(node: Znode, expected: number): void {
  if (expected !== ANY_VERSION && expected !== node.version) throw new Refusal('BAD_VERSION');
}

/** A network would copy too: neither side may see the other's later scribbling. */
function copy(data: Buffer | null): Buffer | null {
  return data === null ? null : Buffer.from(data);
}
