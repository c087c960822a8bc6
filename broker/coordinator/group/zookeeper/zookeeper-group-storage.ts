import type { Logger } from '../../../../client/runtime/logger';
import { describeError } from '../../../../client/runtime/error';
import {
  brokerEpoch,
  ClaimedGroup,
  type GroupCoordination,
  GroupStore,
  pipelined,
  type ZooKeeperClient,
} from '../../../../zk-coordination';
import type { ClaimEvents, GroupClaim, GroupSnapshot, GroupStorage } from '../group-storage';
import { GroupStorageError } from '../group-storage-error';
import { CoordinationCache } from './coordination-cache';
import { rendezvous } from './rendezvous';
import { storageError } from './storage-error';
import { ZooKeeperGroupClaim } from './zookeeper-group-claim';

export interface ZooKeeperGroupStorageOptions {
  readonly zk: ZooKeeperClient;
  readonly brokerId: number;
  /** Of this broker's registration in the present session; -1 while it is not registered. */
  readonly brokerEpoch: () => number;
  /** The brokers that are alive. */
  readonly brokers: () => readonly { readonly id: number; readonly epoch: number }[];
  readonly logger: Logger;
}

/** How long questions that a client waits for are tried, in milliseconds. */
const ASK_MS = 5_000;

/**
 * Groups in ZooKeeper, below `/consumers`. A claim is an ephemeral znode; it ends with the session
 * that made it.
 */
export class ZooKeeperGroupStorage implements GroupStorage {
  private readonly store: GroupStore;
  /** For what clients ask about. */
  private readonly asked: GroupStore;
  private readonly cache: CoordinationCache;
  private readonly claims = new Map<string, ZooKeeperGroupClaim>();
  private readonly claiming = new Set<string>();
  private readonly removeHandler: () => void;
  private closed = false;

  constructor(private readonly options: ZooKeeperGroupStorageOptions) {
    const { zk, brokers } = options;
    this.store = new GroupStore(zk);
    this.asked = new GroupStore(zk, { timeoutMs: ASK_MS });
    this.cache = new CoordinationCache({
      clock: zk.clock,
      read: (groupId) => this.asked.coordination(groupId),
      isAlive: ({ brokerId, brokerEpoch: epoch }) =>
        brokers().some((broker) => broker.id === brokerId && BigInt(broker.epoch) === epoch),
    });
    this.removeHandler = zk.beforeNewSession(() => {
      const over = new Error('The ZooKeeper session has expired.');
      for (const claim of [...this.claims.values()]) claim.lose(over);
    });
  }

  async coordinatorOf(groupId: string): Promise<number | undefined> {
    if (this.claims.has(groupId)) return this.options.brokerId;
    try {
      return this.brokerOf(groupId, await this.cache.get(groupId));
    } catch (error) {
      throw storageError(groupId, error);
    }
  }

  async claim(groupId: string, events: ClaimEvents): Promise<GroupClaim> {
    if (this.claims.has(groupId) || this.claiming.has(groupId)) {
      throw new Error(`Group "${groupId}" is claimed already.`);
    }
    this.claiming.add(groupId);
    try {
      return await this.claimNow(groupId, events);
    } catch (error) {
      throw storageError(groupId, error);
    } finally {
      this.claiming.delete(groupId);
      this.cache.forget(groupId);
    }
  }

  async list(): Promise<string[]> {
    const { brokerId } = this.options;
    try {
      const all = new Set([...(await this.asked.list()), ...this.claims.keys()]);
      const listed = await pipelined([...all], async (groupId) => {
        if (this.claims.has(groupId)) return true;
        const coordination = await this.asked.coordination(groupId);
        const { claimant, isDead } = coordination;
        if (claimant !== null || this.brokerOf(groupId, coordination) !== brokerId) return false;
        if (isDead) void this.finishRemoval(groupId);
        return !isDead;
      });
      return [...all].filter((_, index) => listed[index]);
    } catch (error) {
      throw storageError('', error);
    }
  }

  async read(groupId: string): Promise<GroupSnapshot> {
    try {
      return await this.asked.read(groupId);
    } catch (error) {
      throw storageError(groupId, error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.removeHandler();
    await Promise.all([...this.claims.values()].map((claim) => claim.release()));
  }

  private async claimNow(groupId: string, events: ClaimEvents): Promise<GroupClaim> {
    const { zk, brokerId } = this.options;
    const { generation } = zk;
    const epoch = this.options.brokerEpoch();
    if (this.closed || epoch < 0 || !zk.lease.isHeld()) throw this.notNow(groupId);
    const claimant = { brokerId, brokerEpoch: brokerEpoch(BigInt(epoch)) };
    const claimed = await this.store.claim(groupId, claimant);
    if (!(claimed instanceof ClaimedGroup)) {
      const told = `Group "${groupId}" is claimed by broker ${claimed.brokerId}.`;
      throw new GroupStorageError('taken', groupId, told);
    }
    if (this.closed || zk.generation !== generation) {
      await claimed.release(null);
      throw this.notNow(groupId);
    }
    const claim = new ZooKeeperGroupClaim({
      zk,
      claimed,
      events,
      successor: () => rendezvous(groupId, this.others()),
      onOver: () => {
        if (this.claims.get(groupId) === claim) this.claims.delete(groupId);
        this.cache.forget(groupId);
      },
    });
    this.claims.set(groupId, claim);
    return claim;
  }

  /** A broker that began to remove it did not come to the end. To claim it is to finish that. */
  private async finishRemoval(groupId: string): Promise<void> {
    try {
      await (await this.claim(groupId, { onLost: () => {} })).release();
    } catch (error) {
      this.options.logger.info(
        { event: 'group-removal-unfinished', group: groupId, error: describeError(error) },
        'A group that is half removed could not be removed now.',
      );
    }
  }

  /** Who has claimed it; else whom the last coordinator proposed, if that one lives; else by the hash. */
  private brokerOf(
    groupId: string,
    { claimant, successor }: GroupCoordination,
  ): number | undefined {
    if (claimant !== null) return claimant.brokerId;
    const candidates = this.candidates();
    const isProposed = successor !== null && candidates.includes(successor);
    return isProposed ? successor : rendezvous(groupId, candidates);
  }

  private candidates(): number[] {
    return this.closed ? this.others() : this.options.brokers().map(({ id }) => id);
  }

  private others(): number[] {
    const { brokers, brokerId } = this.options;
    return brokers()
      .map(({ id }) => id)
      .filter((id) => id !== brokerId);
  }

  private notNow(groupId: string): GroupStorageError {
    const told = `Group "${groupId}" cannot be claimed while this broker is not registered.`;
    return new GroupStorageError('unavailable', groupId, told);
  }
}
