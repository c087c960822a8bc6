import type { Clock } from '../../client/runtime/clock';
import type { CreateOptions } from '../create-options';
import type { ZkOp, ZkOpResult } from '../multi';
import { checkMulti, checkWrite } from '../operation-limits';
import type {
  NodeChildren,
  NodeData,
  SessionCredentials,
  SessionState,
  Watcher,
  ZkSession,
} from '../session-contract';
import type { ZkStat } from '../stat';
import type { Deliver, EnsemblePort } from './session-link';
import { SessionLink } from './session-link';
import { isValidPath, withChroot, withoutChroot } from './znode-path';

export interface InMemorySessionOptions {
  /** Asked of the ensemble, in milliseconds. Default 6000. */
  sessionTimeoutMs?: number;
  /** Digest identity, `user:password`. Default none. */
  identity?: string;
  /** Prefix of every path, e.g. `/kafka`; created where missing. Default none. */
  chroot?: string;
  /** The machine the sessions are on, for faults that cut off whole machines. Default none. */
  origin?: string;
  /** The client's time. Default: that of the ensemble. */
  clock?: Clock;
  /**
   * Hands the process what comes from the ensemble; a stopped one gets it later, a dead one never.
   * Default: at once.
   */
  deliver?: Deliver;
}

type ResultOf<Type extends ZkOpResult['type']> = Extract<ZkOpResult, { type: Type }>;

/** {@link ZkSession} on an in-memory ensemble. */
export class InMemorySession implements ZkSession {
  /** The end of its connection, for the ensemble. */
  readonly link: SessionLink;
  private readonly chroot: string;
  private closing: Promise<void> | undefined;

  constructor(
    ensemble: EnsemblePort,
    options: InMemorySessionOptions = {},
    resume?: SessionCredentials,
  ) {
    const { sessionTimeoutMs = 6000, identity = null, chroot = '' } = options;
    this.chroot = chroot;
    const { origin, clock = ensemble.clock, deliver = (callback) => callback() } = options;
    const client = { origin, identity, chroot, clock, deliver };
    this.link = new SessionLink(ensemble, client, sessionTimeoutMs, resume);
  }

  get state(): SessionState {
    return this.link.state;
  }

  get id(): bigint {
    return this.link.id;
  }

  get negotiatedTimeoutMs(): number {
    return this.link.negotiatedTimeoutMs;
  }

  get leaseUntil(): number {
    return this.link.leaseUntil;
  }

  credentials(): SessionCredentials {
    return this.link.credentials();
  }

  connected(): Promise<void> {
    return this.link.connected();
  }

  onState(listener: (state: SessionState, previous: SessionState) => void): () => void {
    return this.link.onState(listener);
  }

  async create(path: string, data: Buffer | null, options: CreateOptions = {}): Promise<string> {
    const made = await this.writeOne({ type: 'create', path, data, ...options });
    return (made as ResultOf<'create'>).path;
  }

  async set(path: string, data: Buffer, version: number): Promise<ZkStat> {
    const changed = await this.writeOne({ type: 'set', path, data, version });
    return (changed as ResultOf<'set'>).stat;
  }

  async delete(path: string, version: number): Promise<void> {
    await this.writeOne({ type: 'delete', path, version });
  }

  async multi(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    checkMulti(ops, this.chroot);
    return this.write('multi', ops);
  }

  get(path: string, watcher?: Watcher): Promise<NodeData> {
    const full = this.full(path);
    return this.link.request({
      op: 'get',
      paths: [path],
      execute: (processor, connection) => processor.get(connection, full, watcher !== undefined),
      answered: () => watcher && this.link.watches.add('data', full, watcher),
    });
  }

  exists(path: string, watcher?: Watcher): Promise<ZkStat | null> {
    const full = this.full(path);
    return this.link.request({
      op: 'exists',
      paths: [path],
      execute: (processor, connection) => processor.exists(connection, full, watcher !== undefined),
      answered: (stat) => watcher && this.link.watches.add(stat ? 'data' : 'exists', full, watcher),
    });
  }

  children(path: string, watcher?: Watcher): Promise<NodeChildren> {
    const full = this.full(path);
    return this.link.request({
      op: 'children',
      paths: [path],
      execute: (processor, connection) =>
        processor.children(connection, full, watcher !== undefined),
      answered: () => watcher && this.link.watches.add('child', full, watcher),
    });
  }

  async sync(path: string): Promise<void> {
    const full = this.full(path);
    await this.link.request({
      op: 'sync',
      paths: [path],
      execute: (processor) => processor.sync(full),
    });
  }

  close(): Promise<void> {
    return (this.closing ??= this.link.close());
  }

  /** An invalid path stays one, so that the ensemble refuses it. */
  private full(path: string): string {
    return isValidPath(path) ? withChroot(this.chroot, path) : path;
  }

  private async writeOne(op: ZkOp): Promise<ZkOpResult> {
    checkWrite(op, { op: op.type, path: op.path });
    const [result] = await this.write(op.type, [op]);
    return result!;
  }

  private async write(op: string, ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    const paths = ops.map((one) => one.path);
    const full = ops.map((one) => ({ ...one, path: withChroot(this.chroot, one.path) }));
    const results = await this.link.request({
      op,
      paths,
      execute: (processor, connection) => processor.write(connection, full),
    });
    return results.map((result) =>
      result.type === 'create'
        ? { type: 'create', path: withoutChroot(this.chroot, result.path) }
        : result,
    );
  }
}
