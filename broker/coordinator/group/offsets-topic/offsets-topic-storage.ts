import type { Logger } from '../../../../client/runtime/logger';
import { describeError } from '../../../../client/runtime/error';
import { ProtocolError } from '../../../../client/protocol/protocol-error';
import { GroupStorageError } from '../group-storage-error';
import type { ClaimEvents, GroupClaim, GroupSnapshot, GroupStorage } from '../group-storage';
import { partitionOfGroup } from './group-partition';
import { changedOffsets, newerOffsets } from './joined-offsets';
import { OffsetsShard, type OffsetsPartition, type ShardOptions } from './offsets-shard';
import { forgetting, OffsetsTopicClaim } from './offsets-topic-claim';

export interface OffsetsTopicStorageOptions {
  /** Where membership is kept, and who has claimed which group. */
  readonly membership: GroupStorage;
  /** All groups there are in {@link membership}, whoever coordinates them. */
  readonly allGroups: () => Promise<readonly string[]>;
  /**
   * How many partitions the offsets topic has, which must not change as long as it is the same topic;
   * undefined while there is none. Asked for all the time.
   */
  readonly partitionCount: () => Promise<number | undefined>;
  /** The broker that leads a partition of the offsets topic; undefined when none does that lives. */
  readonly leader: (index: number) => number | undefined;
  /** Creates the offsets topic; does nothing when it is there. */
  readonly createTopic: () => Promise<void>;
  /** A partition of the offsets topic, when this broker hosts it. */
  readonly partition: (index: number) => OffsetsPartition | undefined;
  /** Calls back when this broker may have lost the lead of partitions. Returns how to end that. */
  readonly onLeadershipChange: (callback: () => void) => () => void;
  readonly shard: () => ShardOptions;
  readonly logger: Logger;
}

/** Groups read from ZooKeeper at the same time. */
const READS_AT_ONCE = 50;

/**
 * Groups whose offsets are in the compacted topic `__consumer_offsets` instead of ZooKeeper, with
 * Kafka's records (`offsets.storage=kafka`). Membership stays where it was. A group's coordinator is
 * the leader of the partition its offsets are in, as in Kafka.
 *
 * Offsets that are still in ZooKeeper move over when their group is claimed.
 */
export class OffsetsTopicStorage implements GroupStorage {
  /** Partitions that this broker leads and has read, or is reading. */
  private readonly shards = new Map<number, Promise<OffsetsShard>>();
  private readonly loaded = new Map<number, OffsetsShard>();
  private readonly claims = new Map<OffsetsTopicClaim, OffsetsShard>();
  /** Groups whose claims are being given back. */
  private readonly lettingGo = new Map<string, Promise<void>>();
  private readonly stopListening: () => void;
  private creating: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: OffsetsTopicStorageOptions) {
    this.stopListening = options.onLeadershipChange(() => {
      this.dropLost();
      void this.loadLed();
    });
  }

  /** See {@link GroupStorage.coordinatorOf}. */
  async coordinatorOf(groupId: string): Promise<number | undefined> {
    const count = (await this.partitionCount(groupId)) ?? (await this.created(groupId));
    return count && this.options.leader(partitionOfGroup(groupId, count));
  }

  /** See {@link GroupStorage.claim}. */
  async claim(groupId: string, events: ClaimEvents): Promise<GroupClaim> {
    if (this.closed) {
      throw new GroupStorageError('unavailable', groupId, 'This broker is about to stop.');
    }
    const shard = await this.shardOf(groupId);
    await this.lettingGo.get(groupId);
    let claim: OffsetsTopicClaim | undefined;
    let lostEarly = false;
    const membership = await this.options.membership.claim(groupId, {
      onLost: () => {
        if (claim) void claim.lose();
        else lostEarly = true;
      },
    });
    try {
      const snapshot = await this.moveOver(groupId, shard, membership);
      if (lostEarly || !shard.isLed || this.closed) throw notCoordinator(groupId);
      claim = new OffsetsTopicClaim(snapshot, membership, shard, events, (ended) =>
        this.claims.delete(ended),
      );
      this.claims.set(claim, shard);
      return claim;
    } catch (error) {
      await membership.release();
      throw error;
    }
  }

  /** See {@link GroupStorage.list}. */
  async list(): Promise<string[]> {
    const all = await this.options.allGroups();
    const count = (await this.partitionCount('')) ?? (await this.createdFor(all));
    if (count === undefined) return [];
    this.assertSettled(count);
    const groups = new Set<string>();
    for (let index = 0; index < count; index++) {
      if (!this.isLedHere(index)) continue;
      for (const groupId of (await this.load(index)).groupIds) groups.add(groupId);
    }
    for (const { groupId } of this.claims.keys()) groups.add(groupId);
    const others = all.filter(
      (groupId) => !groups.has(groupId) && this.isLedHere(partitionOfGroup(groupId, count)),
    );
    for (const groupId of await this.existing(others)) groups.add(groupId);
    return [...groups];
  }

  /** See {@link GroupStorage.read}. */
  async read(groupId: string): Promise<GroupSnapshot> {
    const shard = await this.shardOf(groupId);
    const { group, offsets } = await this.options.membership.read(groupId);
    const known = shard.offsetsOf(groupId);
    return { group, offsets: changedOffsets(known, newerOffsets(known, offsets)) };
  }

  /** See {@link GroupStorage.close}. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopListening();
    await Promise.all([...this.claims.keys()].map((claim) => claim.release()));
    await this.options.membership.close();
  }

  /**
   * Offsets in ZooKeeper are from before the topic was used, or from a broker that does not use it
   * yet. They go only when the topic has them.
   */
  private async moveOver(
    groupId: string,
    shard: OffsetsShard,
    membership: GroupClaim,
  ): Promise<GroupSnapshot> {
    const { group, offsets: left } = membership.snapshot;
    const known = shard.offsetsOf(groupId);
    const leftovers = forgetting(left);
    if (leftovers.length === 0) return { group, offsets: known };
    const changes = newerOffsets(known, left);
    await shard.write(groupId, changes);
    await membership.saveOffsets(leftovers);
    this.options.logger.info(
      { event: 'offsets-moved', groupId, moved: changes.length, removed: leftovers.length },
      `Moved ${changes.length} offsets of group ${groupId} from ZooKeeper to the offsets topic.`,
    );
    return { group, offsets: changedOffsets(known, changes) };
  }

  /** Of groups that are being removed, or were, something may be left in ZooKeeper. */
  private async existing(groupIds: readonly string[]): Promise<string[]> {
    const existing: string[] = [];
    for (let from = 0; from < groupIds.length; from += READS_AT_ONCE) {
      const some = groupIds.slice(from, from + READS_AT_ONCE);
      const found = await Promise.all(some.map((id) => this.options.membership.read(id)));
      const isThere = ({ group, offsets }: GroupSnapshot) => group !== null || offsets.size > 0;
      existing.push(...some.filter((_, index) => found[index] && isThere(found[index])));
    }
    return existing;
  }

  /** Groups from before the topic was used belong to nobody until it is there. */
  private async createdFor(groupIds: readonly string[]): Promise<number | undefined> {
    return (await this.existing(groupIds)).length > 0 ? this.created('') : undefined;
  }

  /**
   * Nobody leads a topic that has just been created: then no broker would name the groups.
   *
   * @throws GroupStorageError
   */
  private assertSettled(count: number): void {
    const indexes = Array.from({ length: count }, (_, index) => index);
    if (indexes.some((index) => this.options.leader(index) !== undefined)) return;
    throw new GroupStorageError(
      'unavailable',
      '',
      'No partition of the offsets topic has a leader.',
    );
  }

  /** @throws GroupStorageError */
  private async shardOf(groupId: string): Promise<OffsetsShard> {
    const count = await this.partitionCount(groupId);
    if (count === undefined) {
      throw new GroupStorageError('unavailable', groupId, 'The offsets topic is not there yet.');
    }
    try {
      return await this.load(partitionOfGroup(groupId, count));
    } catch (error) {
      if (error instanceof ProtocolError) throw notCoordinator(groupId, error);
      const message = `The offsets topic cannot be read: ${describeError(error)}`;
      throw new GroupStorageError('unavailable', groupId, message, error);
    }
  }

  /** @throws ProtocolError when this broker does not lead the partition */
  private async load(index: number): Promise<OffsetsShard> {
    const known = this.loaded.get(index);
    if (known?.isLed) return known;
    let loading = this.shards.get(index);
    if (!loading) {
      loading = this.readPartition(index).finally(() => this.shards.delete(index));
      this.shards.set(index, loading);
    }
    const shard = await loading;
    // The lead may have changed hands, even back to here, while the log was read.
    if (!shard.isLed) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
    return shard;
  }

  private async readPartition(index: number): Promise<OffsetsShard> {
    const partition = this.options.partition(index);
    if (!partition) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
    const shard = await OffsetsShard.load(partition, this.options.shard());
    if (shard.isLed) this.loaded.set(index, shard);
    const { logger } = this.options;
    const groups = shard.groupIds.length;
    logger.info(
      { event: 'offsets-loaded', partition: index, groups },
      `Read the offsets of ${groups} groups from partition ${index} of the offsets topic.`,
    );
    return shard;
  }

  private async partitionCount(groupId: string): Promise<number | undefined> {
    try {
      return await this.options.partitionCount();
    } catch (error) {
      const message = `Nothing can be learnt of the offsets topic: ${describeError(error)}`;
      throw new GroupStorageError('unavailable', groupId, message, error);
    }
  }

  private isLedHere(index: number): boolean {
    const partition = this.options.partition(index);
    try {
      return partition?.leading() !== undefined;
    } catch {
      return false;
    }
  }

  private dropLost(): void {
    for (const [index, shard] of this.loaded) if (!shard.isLed) this.loaded.delete(index);
    for (const [claim, shard] of this.claims) if (!shard.isLed) this.letGo(claim);
  }

  /** Partitions are read as soon as they are led, so that no group has to wait for it. */
  private async loadLed(): Promise<void> {
    try {
      const count = (await this.options.partitionCount()) ?? 0;
      for (let index = 0; index < count && !this.closed; index++) {
        if (!this.loaded.get(index)?.isLed && this.isLedHere(index)) await this.load(index);
      }
    } catch (error) {
      this.options.logger.info(
        { event: 'offsets-not-loaded', error: describeError(error) },
        'Offsets could not be read ahead; they are when somebody asks for them.',
      );
    }
  }

  private letGo(claim: OffsetsTopicClaim): void {
    const { groupId } = claim;
    const ended = claim.lose().finally(() => {
      if (this.lettingGo.get(groupId) === ended) this.lettingGo.delete(groupId);
    });
    this.lettingGo.set(groupId, ended);
  }

  /** The topic comes into being when somebody asks for a coordinator. */
  private async created(groupId: string): Promise<number | undefined> {
    this.creating ??= this.options.createTopic().finally(() => (this.creating = undefined));
    try {
      await this.creating;
    } catch (error) {
      const message = `The offsets topic cannot be created: ${describeError(error)}`;
      throw new GroupStorageError('unavailable', groupId, message, error);
    }
    return this.partitionCount(groupId);
  }
}

function notCoordinator(groupId: string, cause?: unknown): GroupStorageError {
  const message = `This broker does not lead the partition of the offsets topic of group ${groupId}.`;
  return new GroupStorageError('taken', groupId, message, cause);
}
