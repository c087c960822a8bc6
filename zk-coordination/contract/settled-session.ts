import { deferred } from '../../client/runtime/deferred';
import type { CreateOptions } from '../create-options';
import type { ZkOp, ZkOpResult } from '../multi';
import type { NodeChildren, NodeData, SessionState, Watcher, ZkSession } from '../session-contract';
import type { ZkStat } from '../stat';
import { ZkError } from '../zk-error';

/**
 * A session's operations as a test wants them: with a definite outcome. On a healthy ensemble they
 * are the session's own. On a faulty one reads are repeated, and a write whose outcome is unknown is
 * looked up before it is repeated (R6), which asks two things of tests: data that nobody else
 * writes to the same znode, and explicit versions.
 */
export class SettledSession {
  constructor(
    readonly session: ZkSession,
    private readonly faulty: boolean,
  ) {}

  get id(): bigint {
    return this.session.id;
  }

  get(path: string, watcher?: Watcher): Promise<NodeData> {
    return this.definite(() => this.session.get(path, watcher));
  }

  exists(path: string, watcher?: Watcher): Promise<ZkStat | null> {
    return this.definite(() => this.session.exists(path, watcher));
  }

  children(path: string, watcher?: Watcher): Promise<NodeChildren> {
    return this.definite(() => this.session.children(path, watcher));
  }

  sync(path: string): Promise<void> {
    return this.definite(() => this.session.sync(path));
  }

  create(path: string, data: Buffer | null = null, options: CreateOptions = {}): Promise<string> {
    return this.settled(
      () => this.session.create(path, data, options),
      () => (options.sequential ? this.findSequential(path, data) : this.findNode(path, data)),
    );
  }

  set(path: string, data: Buffer, version: number): Promise<ZkStat> {
    return this.settled(
      () => this.session.set(path, data, version),
      async () => {
        const found = await this.session.get(path);
        const isOurs = found.stat.version === version + 1 && sameData(found.data, data);
        return isOurs ? found.stat : undefined;
      },
    );
  }

  async delete(path: string, version: number): Promise<void> {
    await this.settled(
      () => this.session.delete(path, version).then(() => true),
      async () => (await this.session.exists(path)) === null || undefined,
    );
  }

  /** @param recognise what the multi brought, if its effects are there */
  multi(
    ops: readonly ZkOp[],
    recognise: () => Promise<ZkOpResult[] | undefined>,
  ): Promise<ZkOpResult[]> {
    return this.settled(() => this.session.multi(ops), recognise);
  }

  /** The error with which an operation is refused that must not take effect. */
  async refusal(operation: (session: ZkSession) => Promise<unknown>): Promise<ZkError> {
    try {
      await this.definite(() => operation(this.session));
    } catch (error) {
      if (error instanceof ZkError) return error;
      throw error;
    }
    throw new Error('The operation succeeded, which it should not.');
  }

  /** Repeats what may harmlessly happen twice. */
  private async definite<T>(operation: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await operation();
      } catch (error) {
        if (!this.isPassing(error)) throw error;
        await this.reconnected();
      }
    }
  }

  private async settled<T>(
    write: () => Promise<T>,
    recognise: () => Promise<T | undefined>,
  ): Promise<T> {
    const lookUp = () =>
      this.definite(async () => {
        await this.session.sync('/');
        return recognise();
      }).catch((error: unknown) => {
        if (ZkError.hasCode(error, 'NO_NODE')) return undefined;
        throw error;
      });
    let isInDoubt = false;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const isPassing = this.isPassing(error);
        isInDoubt ||= isPassing && error.outcome !== 'not-applied';
        if (isPassing) await this.reconnected();
        const earlier = isInDoubt ? await lookUp() : undefined;
        if (earlier !== undefined) return earlier;
        if (!isPassing) throw error;
      }
    }
  }

  private isPassing(error: unknown): error is ZkError {
    return this.faulty && error instanceof ZkError && error.retriable;
  }

  private async reconnected(): Promise<void> {
    // The failure may be known before the loss of the connection is.
    await new Promise((resolve) => setImmediate(resolve));
    await stateReached(this.session, 'connected');
  }

  private async findNode(path: string, data: Buffer | null): Promise<string | undefined> {
    return sameData((await this.session.get(path)).data, data) ? path : undefined;
  }

  private async findSequential(prefix: string, data: Buffer | null): Promise<string | undefined> {
    const parent = prefix.slice(0, prefix.lastIndexOf('/')) || '/';
    for (const name of (await this.session.children(parent)).children) {
      const path = parent === '/' ? `/${name}` : `${parent}/${name}`;
      if (path.startsWith(prefix) && (await this.findNode(path, data))) return path;
    }
    return undefined;
  }
}

/** Resolves when the session is in the state; rejects when it ends in another. */
export function stateReached(session: ZkSession, wanted: SessionState): Promise<void> {
  const reached = deferred();
  const look = (state: SessionState) => {
    if (state === wanted) reached.resolve();
    else if (state === 'expired' || state === 'closed' || state === 'authFailed') {
      reached.reject(new Error(`The session is ${state}; it should become ${wanted}.`));
    }
  };
  const stop = session.onState(look);
  look(session.state);
  return reached.promise.finally(stop);
}

function sameData(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}
