import type { CreateOptions } from '../create-options';
import { ANY_VERSION, type ZkOp, type ZkOpResult } from '../multi';
import type { NodeData } from '../session-contract';
import type { ZkStat } from '../stat';
import { ZkError } from '../zk-error';
import { type RetryOptions, settledWrite } from './retry';
import type { ZooKeeperClient } from './zookeeper-client';

/**
 * Conditional writes that recognise their own earlier success (R6): every method may be called
 * without fear of lost replies and either takes effect once or rejects with the reason.
 *
 * An earlier attempt is recognised by its effects: the data is byte for byte ours, at the version
 * ours would have brought, or owned by our session. Where another writer might write the very same
 * bytes and the difference matters, the data has to name the writer.
 */
export class ZnodeWriter {
  constructor(
    protected readonly zk: ZooKeeperClient,
    private readonly options?: RetryOptions,
  ) {}

  /** @throws ZkError NODE_EXISTS, NO_NODE (the parent) */
  async create(path: string, data: Buffer | null, options?: CreateOptions): Promise<void> {
    await this.multi([{ type: 'create', path, data, ...options }]);
  }

  /** @throws ZkError BAD_VERSION, NO_NODE */
  async set(path: string, data: Buffer, version: number): Promise<ZkStat> {
    const [result] = await this.multi([{ type: 'set', path, data, version }]);
    return statOf(result);
  }

  /** @throws ZkError BAD_VERSION, NO_NODE, NOT_EMPTY */
  async delete(path: string, version: number): Promise<void> {
    await this.multi([{ type: 'delete', path, version }]);
  }

  /**
   * All or nothing. Sequential creates cannot be recognised and are refused.
   *
   * @throws ZkError whose `index` and `path` name the operation that failed
   */
  multi(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    const first = ops[0];
    if (first === undefined) return Promise.resolve([]);
    if (ops.some((op) => op.type === 'create' && op.sequential)) {
      throw new ZkError('BAD_ARGUMENTS', { op: 'multi', path: first.path, outcome: 'not-applied' });
    }
    return settledWrite(
      this.zk,
      first.path,
      () => this.execute(ops),
      () => effectsOf(this.zk, ops),
      this.options,
    );
  }

  protected execute(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    return this.zk.multi(ops);
  }
}

/** The stat that a `set` within a multi brought. */
export function statOf(result: ZkOpResult | undefined): ZkStat {
  if (result?.type !== 'set') throw new Error('The result is not that of a set.');
  return result.stat;
}

/** What the operations returned, if all their effects are visible; else undefined. */
async function effectsOf(
  zk: ZooKeeperClient,
  ops: readonly ZkOp[],
): Promise<ZkOpResult[] | undefined> {
  const last = new Map<string, ZkOp>();
  for (const op of ops) if (op.type !== 'check') last.set(op.path, op);
  const found = new Map<string, NodeData | null>();
  await Promise.all([...last.keys()].map(async (path) => found.set(path, await find(zk, path))));
  for (const [path, op] of last) {
    if (!isEffectOf(op, found.get(path) ?? null, zk.sessionId)) return undefined;
  }
  return ops.map((op): ZkOpResult => {
    if (op.type === 'create') return { type: 'create', path: op.path };
    if (op.type !== 'set') return { type: op.type };
    const node = found.get(op.path);
    if (!node) throw new Error('A set is followed by a delete of the same znode.');
    return { type: 'set', stat: node.stat };
  });
}

function isEffectOf(op: ZkOp, node: NodeData | null, sessionId: bigint): boolean {
  if (op.type === 'delete') return node === null;
  if (op.type === 'check') return true;
  if (node === null || !sameBytes(op.data, node.data)) return false;
  if (op.type === 'create') return node.stat.ephemeralOwner === (op.ephemeral ? sessionId : 0n);
  return op.version === ANY_VERSION || node.stat.version === op.version + 1;
}

/** The znode's data and stat, or null when it is not there. */
export async function find(zk: ZooKeeperClient, path: string): Promise<NodeData | null> {
  try {
    return await zk.get(path);
  } catch (error) {
    if (ZkError.hasCode(error, 'NO_NODE')) return null;
    throw error;
  }
}

export function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
