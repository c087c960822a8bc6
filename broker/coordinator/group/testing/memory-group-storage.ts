import type { ClaimEvents, GroupClaim, GroupSnapshot, GroupStorage } from '../group-storage';
import { GroupStorageError } from '../group-storage-error';
import { CommittedOffsets } from '../committed-offsets';
import type { OffsetChange, StoredGroup } from '../stored-group';

interface Kept {
  group: StoredGroup | null;
  offsets: CommittedOffsets;
  claim: MemoryClaim | undefined;
}

/** Groups in memory for tests, shared by several brokers, with faults on command. */
export class MemoryGroups {
  readonly kept = new Map<string, Kept>();
  /** Brokers that live; the first answers for what nobody has claimed. */
  brokers: number[] = [];
  /** Writes of groups and of offsets that took effect. */
  writes = 0;
  /** Called before each write; may throw, or take its time. */
  beforeWrite: () => Promise<void> | void = () => {};

  /** Called before each read without a claim. */
  beforeRead: () => Promise<void> | void = () => {};

  /** Called before each claim. */
  beforeClaim: () => Promise<void> | void = () => {};

  storage(brokerId: number): GroupStorage {
    this.brokers.push(brokerId);
    return new MemoryGroupStorage(this, brokerId);
  }

  get(groupId: string): Kept {
    let kept = this.kept.get(groupId);
    if (!kept) {
      kept = { group: null, offsets: new CommittedOffsets(), claim: undefined };
      this.kept.set(groupId, kept);
    }
    return kept;
  }

  /** A broker is dead: what it had claimed is free. */
  kill(brokerId: number): void {
    this.brokers = this.brokers.filter((id) => id !== brokerId);
    for (const { claim } of this.kept.values()) if (claim?.brokerId === brokerId) claim.lose(false);
  }

  /** A broker has lost its session, and hears of it. */
  expire(brokerId: number): void {
    for (const { claim } of this.kept.values()) if (claim?.brokerId === brokerId) claim.lose(true);
  }
}

class MemoryGroupStorage implements GroupStorage {
  constructor(
    private readonly groups: MemoryGroups,
    private readonly brokerId: number,
  ) {}

  coordinatorOf(groupId: string): Promise<number | undefined> {
    const claimant = this.groups.kept.get(groupId)?.claim?.brokerId;
    return Promise.resolve(claimant ?? this.groups.brokers[0]);
  }

  async claim(groupId: string, events: ClaimEvents): Promise<GroupClaim> {
    await this.groups.beforeClaim();
    const kept = this.groups.get(groupId);
    if (kept.claim) {
      throw new GroupStorageError('taken', groupId, 'Somebody has it.');
    }
    kept.claim = new MemoryClaim(groupId, this.brokerId, this.groups, events, {
      group: kept.group,
      offsets: new CommittedOffsets(kept.offsets.all).all,
    });
    return kept.claim;
  }

  async list(): Promise<string[]> {
    const ids = [...this.groups.kept.keys()];
    const coordinators = await Promise.all(ids.map((id) => this.coordinatorOf(id)));
    return ids.filter((_, index) => coordinators[index] === this.brokerId);
  }

  async read(groupId: string): Promise<GroupSnapshot> {
    await this.groups.beforeRead();
    const kept = this.groups.kept.get(groupId);
    return { group: kept?.group ?? null, offsets: kept?.offsets.all ?? new Map() };
  }

  close(): Promise<void> {
    this.groups.kill(this.brokerId);
    return Promise.resolve();
  }
}

class MemoryClaim implements GroupClaim {
  private over = false;
  lease = true;

  constructor(
    readonly groupId: string,
    readonly brokerId: number,
    private readonly groups: MemoryGroups,
    private readonly events: ClaimEvents,
    readonly snapshot: GroupSnapshot,
  ) {}

  get isHeld(): boolean {
    return !this.over && this.lease;
  }

  saveGroup(group: StoredGroup): Promise<void> {
    return this.write((kept) => (kept.group = group));
  }

  saveOffsets(changes: readonly OffsetChange[]): Promise<void> {
    return this.write((kept) => kept.offsets.apply(changes));
  }

  async remove(): Promise<void> {
    await this.write(() => this.groups.kept.delete(this.groupId));
    this.over = true;
  }

  release(): Promise<void> {
    this.lose(false);
    return Promise.resolve();
  }

  lose(tell: boolean): void {
    if (this.over) return;
    this.over = true;
    const kept = this.groups.get(this.groupId);
    if (kept.claim === this) kept.claim = undefined;
    if (tell) this.events.onLost();
  }

  private async write(effect: (kept: Kept) => void): Promise<void> {
    await this.groups.beforeWrite();
    if (this.over) throw new GroupStorageError('taken', this.groupId, 'The claim is over.');
    this.groups.writes++;
    effect(this.groups.get(this.groupId));
  }
}
