import type { Clock } from '../../../../client/runtime/clock';
import type { GroupCoordination } from '../../../../zk-coordination';

export interface CoordinationCacheOptions {
  readonly clock: Clock;
  readonly read: (groupId: string) => Promise<GroupCoordination>;
  /** Whether a broker is alive in the life in which it claimed a group. */
  readonly isAlive: (claimant: NonNullable<GroupCoordination['claimant']>) => boolean;
}

interface Entry {
  readonly coordination: GroupCoordination;
  readonly readAt: number;
}

/** How long a claim is believed without looking, in milliseconds. */
const FRESH_MS = 500;
const MAX_ENTRIES = 10_000;

/**
 * Who has claimed which group, as far as it was asked lately. A claim is believed for a moment, and
 * only while its broker lives: claims and registration of a broker vanish in one transaction. That a
 * group is unclaimed is never believed. A claim read earlier is better than none while ZooKeeper
 * does not answer.
 */
export class CoordinationCache {
  /** The least recently read first. */
  private readonly entries = new Map<string, Entry>();
  private readonly reading = new Map<string, Promise<GroupCoordination>>();

  constructor(private readonly options: CoordinationCacheOptions) {}

  async get(groupId: string): Promise<GroupCoordination> {
    const entry = this.entries.get(groupId);
    if (entry !== undefined && this.isGood(entry)) return entry.coordination;
    try {
      return await this.read(groupId);
    } catch (error) {
      if (entry === undefined) throw error;
      return entry.coordination;
    }
  }

  forget(groupId: string): void {
    this.entries.delete(groupId);
  }

  private isGood({ coordination: { claimant }, readAt }: Entry): boolean {
    const age = this.options.clock.monotonic() - readAt;
    return claimant !== null && age < FRESH_MS && this.options.isAlive(claimant);
  }

  /** One read at a time for a group, however many ask. */
  private read(groupId: string): Promise<GroupCoordination> {
    const under = this.reading.get(groupId);
    if (under !== undefined) return under;
    const reading = this.readOnce(groupId).finally(() => this.reading.delete(groupId));
    this.reading.set(groupId, reading);
    return reading;
  }

  private async readOnce(groupId: string): Promise<GroupCoordination> {
    const readAt = this.options.clock.monotonic();
    const coordination = await this.options.read(groupId);
    this.entries.delete(groupId);
    if (coordination.claimant !== null) {
      this.entries.set(groupId, { coordination, readAt });
      const [oldest] = this.entries.keys();
      if (this.entries.size > MAX_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    }
    return coordination;
  }
}
