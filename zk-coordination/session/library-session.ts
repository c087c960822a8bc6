import { deferred } from '../../client/runtime/deferred';
import type { CreateOptions } from '../create-options';
import type { ZkOp, ZkOpResult } from '../multi';
import type {
  NodeChildren,
  NodeData,
  SessionCredentials,
  SessionState,
  Watcher,
  ZkSession,
} from '../session-contract';
import { checkMulti, checkPath, checkWrite } from '../operation-limits';
import type { ZkStat } from '../stat';
import { ZkError, type ZkErrorContext } from '../zk-error';
import { answeredError } from './failures';
import type { Jute } from './library';
import { multiFailure, multiResult, statOf } from './replies';
import {
  childrenRequest,
  createRequest,
  deleteRequest,
  existsRequest,
  getRequest,
  multiRequest,
  setRequest,
  syncRequest,
} from './requests';
import { SessionLifecycle, type SessionOptions } from './session-lifecycle';
import { WatchFanOut } from './watch-fan-out';

interface Operation<T> {
  readonly context: ZkErrorContext;
  /** Checks the arguments, which may throw, and makes the request. */
  readonly request: () => Jute.Request;
  readonly parse: (reply: Jute.Reply, context: () => ZkErrorContext) => T;
  /** What NO_NODE means, where it is an answer rather than a failure. */
  readonly absent?: () => T;
}

/**
 * A session over node-zookeeper-client 1.1.3, whose codec, sockets and table of watches it uses:
 * the operations. {@link SessionLifecycle} has the states, ./connection.ts the library's defects.
 */
export class LibrarySession implements ZkSession {
  private readonly lifecycle: SessionLifecycle;
  private readonly watches: WatchFanOut;

  constructor(private readonly options: SessionOptions) {
    const lifecycle = new SessionLifecycle(options, () => this.watches.clear());
    this.lifecycle = lifecycle;
    this.watches = new WatchFanOut(
      (kind, path, fired) => lifecycle.connection.register(kind, path, fired),
      options.logger,
    );
  }

  get state(): SessionState {
    return this.lifecycle.states.current;
  }

  get id(): bigint {
    return this.lifecycle.id;
  }

  get negotiatedTimeoutMs(): number {
    return this.lifecycle.connection.sessionTimeoutMs;
  }

  get leaseUntil(): number {
    return this.lifecycle.leaseUntil;
  }

  credentials(): SessionCredentials {
    return { id: this.id, password: this.lifecycle.connection.password };
  }

  connected(): Promise<void> {
    return this.lifecycle.connected();
  }

  onState(listener: (state: SessionState, previous: SessionState) => void): () => void {
    return this.lifecycle.states.onState(listener);
  }

  create(path: string, data: Buffer | null, options: CreateOptions = {}): Promise<string> {
    const context = { op: 'create', path };
    return this.operate({
      context,
      request: () => {
        checkWrite({ type: 'create', path, data, ...options }, context);
        return createRequest(path, data, options);
      },
      parse: (reply) => reply.path,
    });
  }

  get(path: string, watcher?: Watcher): Promise<NodeData> {
    const context = { op: 'get', path };
    return this.operate({
      context,
      request: () => {
        checkPath(path, context);
        return getRequest(path, watcher !== undefined);
      },
      parse: (reply) => {
        if (watcher) this.watches.add('data', path, watcher);
        return { data: reply.data ?? null, stat: statOf(reply.stat) };
      },
    });
  }

  exists(path: string, watcher?: Watcher): Promise<ZkStat | null> {
    const context = { op: 'exists', path };
    return this.operate<ZkStat | null>({
      context,
      request: () => {
        checkPath(path, context);
        return existsRequest(path, watcher !== undefined);
      },
      parse: (reply) => {
        if (watcher) this.watches.add('data', path, watcher);
        return statOf(reply.stat);
      },
      absent: () => {
        if (watcher) this.watches.add('existence', path, watcher);
        return null;
      },
    });
  }

  children(path: string, watcher?: Watcher): Promise<NodeChildren> {
    const context = { op: 'children', path };
    return this.operate({
      context,
      request: () => {
        checkPath(path, context);
        return childrenRequest(path, watcher !== undefined);
      },
      parse: (reply) => {
        if (watcher) this.watches.add('children', path, watcher);
        return { children: reply.children, stat: statOf(reply.stat) };
      },
    });
  }

  set(path: string, data: Buffer, version: number): Promise<ZkStat> {
    const context = { op: 'set', path };
    return this.operate({
      context,
      request: () => {
        checkWrite({ type: 'set', path, data, version }, context);
        return setRequest(path, data, version);
      },
      parse: (reply) => statOf(reply.stat),
    });
  }

  delete(path: string, version: number): Promise<void> {
    const context = { op: 'delete', path };
    return this.operate({
      context,
      request: () => {
        checkWrite({ type: 'delete', path, version }, context);
        return deleteRequest(path, version);
      },
      parse: () => undefined,
    });
  }

  multi(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    return this.operate({
      context: { op: 'multi' },
      request: () => {
        checkMulti(ops, this.options.connect.chroot);
        return multiRequest(ops);
      },
      parse: (reply, context) => {
        const failed = multiFailure(reply.results);
        if (!failed) return reply.results.map(multiResult);
        const { index, number } = failed;
        throw answeredError(number, { ...context(), index, path: ops[index]!.path });
      },
    });
  }

  sync(path: string): Promise<void> {
    const context = { op: 'sync', path };
    return this.operate({
      context,
      request: () => {
        checkPath(path, context);
        return syncRequest(path);
      },
      parse: () => undefined,
    });
  }

  close(): Promise<void> {
    return this.lifecycle.close();
  }

  private operate<T>({ context, request, parse, absent }: Operation<T>): Promise<T> {
    const { clock } = this.options;
    const startedAt = clock.monotonic();
    const told = (): ZkErrorContext => ({
      ...context,
      sessionId: this.id,
      elapsedMs: clock.monotonic() - startedAt,
    });
    const result = deferred<T>();
    const settle = (value: () => T): void => {
      try {
        result.resolve(value());
      } catch (error) {
        result.reject(error);
      }
    };
    try {
      const wire = request();
      const refusal = this.lifecycle.refusal();
      if (refusal) {
        const { code, cause } = refusal;
        throw new ZkError(code, { ...told(), outcome: 'not-applied', cause });
      }
      this.lifecycle.submit(wire, told, (error, reply) => {
        if (!error) settle(() => parse(reply, told));
        else if (absent && error.code === 'NO_NODE') settle(absent);
        else result.reject(error);
      });
    } catch (error) {
      result.reject(error);
    }
    return result.promise;
  }
}
