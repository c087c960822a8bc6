import { describeError } from '../../client/runtime/error';
import type { ZkStat } from '../stat';
import { ZkError } from '../zk-error';
import { DuplicateBrokerIdError } from './duplicate-broker-id-error';
import { createEphemeral } from './ephemeral-node';
import { isRepeatable, retrying } from './retry';
import { waitForDeletion } from './wait-for-deletion';
import { observe, type WatchCell } from './watch-cell';
import { find, ZnodeWriter } from './znode-writer';
import type { ZooKeeperClient } from './zookeeper-client';

export interface EphemeralRegistryOptions {
  /**
   * How long to wait for a znode that another session owns. Default: the session timeout plus two
   * ticks of `tickMs`, by when a dead owner's session has ended.
   */
  maxWaitMs?: number;
  /** The ensemble's tickTime. Default 2000. */
  tickMs?: number;
  /** Time between two log lines while waiting. Default 3000. */
  progressMs?: number;
}

export interface EphemeralDeclaration {
  readonly path: string;
  /** Asked at every registration. */
  data(): Buffer;
  /** Called at every registration with the czxid: for a broker's znode that is its epoch. */
  onRegistered?(czxid: bigint, generation: number): void;
  /** A later registration failed, e.g. because another broker took the id meanwhile. */
  onFailed?(error: unknown): void;
}

/**
 * The ephemeral znodes this process wants to have, whatever becomes of its sessions (R9): each is
 * created when declared, again in every new session, and again when somebody deletes it.
 *
 * When the znode is there already: ours, done; owned by a previous session of ours, that session is
 * closed, which removes it; owned by another session, its end is awaited for a limited time, and
 * then the declaration fails. A foreign znode is never removed (KAFKA-7165).
 */
export class EphemeralRegistry {
  private readonly declared = new Map<string, RegisteredEphemeral>();
  private readonly removeHandler: () => void;

  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly options: EphemeralRegistryOptions = {},
  ) {
    this.removeHandler = zk.afterNewSession(async () => {
      for (const ephemeral of [...this.declared.values()]) await ephemeral.registerAgain();
    });
  }

  /**
   * Resolves once the znode is there and ours.
   *
   * @throws DuplicateBrokerIdError when another session holds on to it
   */
  async declare(declaration: EphemeralDeclaration): Promise<RegisteredEphemeral> {
    if (this.declared.has(declaration.path)) {
      throw new Error(`${declaration.path} is declared already.`);
    }
    const ephemeral = new RegisteredEphemeral(this.zk, declaration, this.options, () =>
      this.declared.delete(declaration.path),
    );
    this.declared.set(declaration.path, ephemeral);
    try {
      await ephemeral.register();
    } catch (error) {
      this.declared.delete(declaration.path);
      throw error;
    }
    return ephemeral;
  }

  /** Registers nothing any more. The znodes stay until the session ends. */
  close(): void {
    this.removeHandler();
    for (const ephemeral of [...this.declared.values()]) ephemeral.letGo();
  }
}

/** One declared znode. */
export class RegisteredEphemeral {
  private stat: ZkStat | undefined;
  private registering: Promise<void> | undefined;
  private withdrawn = false;
  /** The generation of the last registration. */
  private registeredIn = 0;
  private guard: WatchCell<'data'> | undefined;

  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly declaration: EphemeralDeclaration,
    private readonly options: EphemeralRegistryOptions,
    private readonly onLetGo: () => void,
  ) {}

  get path(): string {
    return this.declaration.path;
  }

  /** Of the present registration; 0n while there is none. */
  get czxid(): bigint {
    return this.stat?.czxid ?? 0n;
  }

  /** Writes what `data()` says now. The czxid stays. */
  async update(): Promise<void> {
    await this.register();
  }

  /** Deletes the znode, if it is still ours, and registers it no more. */
  async withdraw(): Promise<void> {
    this.letGo();
    await this.registering?.catch(() => {});
    const node = await retrying(this.zk, () => find(this.zk, this.path));
    if (node === null || node.stat.ephemeralOwner !== this.zk.sessionId) return;
    try {
      await new ZnodeWriter(this.zk).delete(this.path, node.stat.version);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    }
  }

  /** Registers it no more; the znode stays until the session ends. */
  letGo(): void {
    this.withdrawn = true;
    this.guard?.close();
    this.onLetGo();
  }

  async register(): Promise<void> {
    while (this.registering !== undefined) await this.registering.catch(() => {});
    if (this.withdrawn) return;
    this.registering = this.claim();
    try {
      await this.registering;
    } finally {
      this.registering = undefined;
    }
    if (!this.withdrawn) this.guard ??= this.watchOver();
  }

  /** Goes on until it is registered, refused, or the session is over. */
  async registerAgain(): Promise<void> {
    const { generation } = this.zk;
    for (;;) {
      try {
        return await this.register();
      } catch (error) {
        this.zk.logger.error(
          { event: 'zk-registration-failed', path: this.path, error: describeError(error) },
          'The ephemeral znode could not be registered again.',
        );
        if (!isRepeatable(error)) return this.declaration.onFailed?.(error);
        const { state } = this.zk;
        if (state === 'expired' || state === 'closed') return;
        if (this.zk.generation !== generation) return;
      }
    }
  }

  private async claim(): Promise<void> {
    const { path, declaration, zk } = this;
    const start = zk.clock.monotonic();
    const ended = new Set<bigint>();
    for (;;) {
      try {
        const stat = await createEphemeral(zk, path, declaration.data());
        const isNew = this.stat?.czxid !== stat.czxid;
        this.stat = stat;
        this.registeredIn = zk.generation;
        if (isNew) declaration.onRegistered?.(stat.czxid, zk.generation);
        return;
      } catch (error) {
        if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
      }
      const node = await retrying(zk, () => find(zk, path));
      if (node !== null) await this.makeWay(node.stat, ended, start);
    }
  }

  /** Returns when the claim is worth another try. */
  private async makeWay(stat: ZkStat, ended: Set<bigint>, start: number): Promise<void> {
    const { path, zk } = this;
    const owner = stat.ephemeralOwner;
    const left = start + this.maxWaitMs() - zk.clock.monotonic();
    if (zk.isOwnPrevious(owner) && !ended.has(owner)) {
      const verdict = await zk.closeOwnPrevious(owner, Math.max(0, left));
      zk.logger.info(
        { event: 'zk-previous-session-closed', path, owner: hex(owner), verdict },
        'The znode was still held by a previous session of this broker.',
      );
      if (verdict !== 'unreachable') {
        ended.add(owner);
        await zk.sync(path);
        return;
      }
    }
    if (ended.has(owner)) {
      // The session is dead for certain, yet its znode stayed behind (ZOOKEEPER-2985).
      await this.removeLeftover(stat);
      return;
    }
    await this.awaitOwner(stat, left, start);
  }

  private async removeLeftover(stat: ZkStat): Promise<void> {
    try {
      await new ZnodeWriter(this.zk).delete(this.path, stat.version);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE', 'BAD_VERSION')) throw error;
    }
  }

  private async awaitOwner(stat: ZkStat, left: number, start: number): Promise<void> {
    const { path, zk } = this;
    const waitedMs = Math.round(zk.clock.monotonic() - start);
    if (left <= 0) throw new DuplicateBrokerIdError(path, stat.ephemeralOwner, waitedMs);
    zk.logger.warn(
      {
        event: 'zk-waiting-for-owner',
        path,
        owner: hex(stat.ephemeralOwner),
        waitedMs,
        leftMs: Math.round(left),
      },
      'Another session holds this znode; waiting for that session to end.',
    );
    const step = Math.min(left, this.options.progressMs ?? 3_000);
    await waitForDeletion(zk, path, stat, step);
  }

  private maxWaitMs(): number {
    const { maxWaitMs, tickMs = 2_000 } = this.options;
    return maxWaitMs ?? this.zk.negotiatedTimeoutMs + 2 * tickMs;
  }

  /** Somebody may delete the znode by hand while the session lives on. */
  private watchOver(): WatchCell<'data'> {
    return observe(this.zk, this.path, 'data', ({ next }) => {
      const ours = next?.stat.ephemeralOwner === this.zk.sessionId;
      if (ours || this.withdrawn || this.registering !== undefined) return;
      // In a new session the registry does it, in the order of the border.
      if (this.registeredIn !== this.zk.generation || this.zk.state !== 'connected') return;
      this.zk.logger.warn(
        { event: 'zk-registration-lost', path: this.path },
        'The ephemeral znode is gone or not ours; registering it again.',
      );
      void this.registerAgain();
    });
  }
}

function hex(id: bigint): string {
  return `0x${id.toString(16)}`;
}
