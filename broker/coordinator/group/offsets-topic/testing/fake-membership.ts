import { GroupStorageError } from '../../group-storage-error';
import type { ClaimEvents, GroupClaim, GroupSnapshot, GroupStorage } from '../../group-storage';
import type { OffsetChange, StoredGroup } from '../../stored-group';
import { OffsetTable } from '../offset-table';

/** What ZooKeeper keeps of all groups, as several brokers see it, in memory. */
export class FakeMembership {
  readonly groups = new Map<string, StoredGroup | null>();
  readonly offsets = new OffsetTable();
  readonly owners = new Map<string, FakeClaim>();

  /** The storage of one broker. */
  storage(): GroupStorage {
    const mine = new Set<FakeClaim>();
    return {
      coordinatorOf: () => Promise.resolve(undefined),
      claim: (groupId, events) => this.claim(groupId, events, mine),
      list: () => Promise.resolve([...this.groups.keys()]),
      read: (groupId) => Promise.resolve(this.snapshot(groupId)),
      close: async () => {
        for (const claim of mine) await claim.release();
      },
    };
  }

  snapshot(groupId: string): GroupSnapshot {
    return { group: this.groups.get(groupId) ?? null, offsets: this.offsets.of(groupId) };
  }

  private async claim(groupId: string, events: ClaimEvents, mine: Set<FakeClaim>) {
    await Promise.resolve();
    if (this.owners.has(groupId)) {
      throw new GroupStorageError('taken', groupId, 'Another broker has claimed it.');
    }
    if (!this.groups.has(groupId)) this.groups.set(groupId, null);
    const claim = new FakeClaim(groupId, this, events);
    this.owners.set(groupId, claim);
    mine.add(claim);
    return claim;
  }
}

class FakeClaim implements GroupClaim {
  readonly snapshot: GroupSnapshot;

  constructor(
    readonly groupId: string,
    private readonly all: FakeMembership,
    readonly events: ClaimEvents,
  ) {
    this.snapshot = all.snapshot(groupId);
  }

  get isHeld(): boolean {
    return this.all.owners.get(this.groupId) === this;
  }

  saveGroup(group: StoredGroup): Promise<void> {
    this.all.groups.set(this.groupId, group);
    return Promise.resolve();
  }

  saveOffsets(changes: readonly OffsetChange[]): Promise<void> {
    for (const change of changes) this.all.offsets.apply(this.groupId, change);
    return Promise.resolve();
  }

  async remove(): Promise<void> {
    this.all.groups.delete(this.groupId);
    await this.release();
  }

  release(): Promise<void> {
    if (this.isHeld) this.all.owners.delete(this.groupId);
    return Promise.resolve();
  }

  /** Another broker has claimed the group. */
  lose(): void {
    this.all.owners.delete(this.groupId);
    this.events.onLost();
  }
}
