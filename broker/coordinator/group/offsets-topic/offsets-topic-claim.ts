import { GroupStorageError } from '../group-storage-error';
import type { ClaimEvents, GroupClaim, GroupSnapshot } from '../group-storage';
import type { GroupOffsets, OffsetChange, StoredGroup } from '../stored-group';
import type { OffsetsShard } from './offsets-shard';

/**
 * A group whose membership is in ZooKeeper and whose offsets are in the offsets topic. The claim in
 * ZooKeeper says who coordinates; the lead of the partition, who may write offsets. It holds as long
 * as both do.
 */
export class OffsetsTopicClaim implements GroupClaim {
  private lost = false;
  private ended = false;

  /**
   * @param membership the claim on the group's znodes
   * @param onEnd called once, whatever ends it
   */
  constructor(
    readonly snapshot: GroupSnapshot,
    private readonly membership: GroupClaim,
    private readonly shard: OffsetsShard,
    private readonly events: ClaimEvents,
    private readonly onEnd: (claim: OffsetsTopicClaim) => void,
  ) {}

  get groupId(): string {
    return this.membership.groupId;
  }

  get isHeld(): boolean {
    return !this.lost && !this.ended && this.shard.isLed && this.membership.isHeld;
  }

  /** See {@link GroupClaim.saveGroup}. */
  async saveGroup(group: StoredGroup): Promise<void> {
    this.assertNotLost();
    await this.membership.saveGroup(group);
  }

  /** See {@link GroupClaim.saveOffsets}. */
  async saveOffsets(changes: readonly OffsetChange[]): Promise<void> {
    this.assertNotLost();
    await this.shard.write(this.groupId, changes);
  }

  /** See {@link GroupClaim.remove}. Offsets go first: a group without offsets is still a group. */
  async remove(): Promise<void> {
    this.assertNotLost();
    await this.shard.write(this.groupId, forgetting(this.shard.offsetsOf(this.groupId)));
    await this.membership.remove();
    this.end();
  }

  /** See {@link GroupClaim.release}. */
  async release(): Promise<void> {
    if (this.ended) return;
    this.end();
    await this.membership.release();
  }

  /**
   * The lead of the partition, or the claim on the znodes, is gone.
   *
   * @returns resolves when the group may be claimed again
   */
  lose(): Promise<void> {
    if (this.ended || this.lost) return Promise.resolve();
    this.lost = true;
    this.end();
    const released = this.membership.release();
    this.events.onLost();
    return released;
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd(this);
  }

  private assertNotLost(): void {
    if (!this.lost && !this.ended) return;
    const message = `This broker does not coordinate group ${this.groupId} any more.`;
    throw new GroupStorageError('taken', this.groupId, message);
  }
}

/** The changes that forget offsets. */
export function forgetting(offsets: GroupOffsets): OffsetChange[] {
  return [...offsets].flatMap(([topic, partitions]) =>
    [...partitions.keys()].map((partition) => ({ topic, partition, committed: null })),
  );
}
