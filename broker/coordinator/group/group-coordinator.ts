import { ProtocolError } from '../../../client/protocol/protocol-error';
import { pipelined } from '../../../zk-coordination';
import { commit, saveOffsets, type CommitRequest } from './commit';
import type { Group } from './group';
import { GroupCleaner, type GroupCleanerOptions } from './group-cleaner';
import { GroupCounts } from './group-counts';
import type { SyncOutcome, JoinOutcome } from './group-member';
import type { GroupState } from './group-states';
import { heartbeat, type HeartbeatRequest } from './heartbeat';
import { join, type IdGiven, type JoinRequest } from './join';
import type { GoneTopic } from './known-topic';
import { leave, type LeaveRequest } from './leave';
import { LoadedGroups } from './loaded-groups';
import type { GroupOffsets, StoredMember } from './stored-group';
import { sync, type SyncRequest } from './sync';

/** Groups that nobody uses are read one by one; so many are read at the same time for a list. */
const DESCRIBED_AT_ONCE = 20;

export type GroupCoordinatorOptions = GroupCleanerOptions;

/** A group as it is told of. */
export interface GroupDescription {
  readonly groupId: string;
  readonly state: GroupState;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly StoredMember[];
}

/**
 * The groups that this broker coordinates, and what is asked of them. When another broker takes a
 * group over it goes on in the same generation.
 */
export class GroupCoordinator {
  readonly counts = new GroupCounts();
  private readonly groups: LoadedGroups;
  private readonly cleaner: GroupCleaner;

  constructor(private readonly options: GroupCoordinatorOptions) {
    this.groups = new LoadedGroups(options, this.counts);
    this.cleaner = new GroupCleaner(options, this.groups, this.counts);
  }

  /** Begins to look for what has expired. */
  start(): void {
    this.cleaner.start();
  }

  /** Groups in memory, for metrics. */
  get loaded(): Iterable<Group> {
    return this.groups.all;
  }

  /**
   * The broker that coordinates a group.
   *
   * @throws ProtocolError INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE
   */
  find(groupId: string): Promise<number> {
    return this.groups.coordinatorOf(groupId);
  }

  /** @throws ProtocolError */
  async join(groupId: string, request: JoinRequest): Promise<JoinOutcome | IdGiven> {
    assertMayHaveMembers(groupId);
    return this.groups.use(groupId, (group) => join(group, request));
  }

  /** @throws ProtocolError */
  async sync(groupId: string, request: SyncRequest): Promise<SyncOutcome> {
    assertMayHaveMembers(groupId);
    try {
      return await this.groups.use(groupId, (group) => sync(group, request));
    } catch (error) {
      // Old clients do not expect to hear of loading here; joining again, they do.
      throw isLoading(error) ? new ProtocolError('REBALANCE_IN_PROGRESS') : error;
    }
  }

  /** @throws ProtocolError */
  async heartbeat(groupId: string, request: HeartbeatRequest): Promise<void> {
    assertMayHaveMembers(groupId);
    try {
      await this.groups.use(groupId, (group) => heartbeat(group, request));
    } catch (error) {
      // Nobody has been missed so far: sessions begin when the group is loaded.
      if (isLoading(error)) return;
      throw error;
    }
  }

  /** @throws ProtocolError when the group as a whole cannot be asked */
  async leave(
    groupId: string,
    requests: readonly LeaveRequest[],
  ): Promise<(ProtocolError | undefined)[]> {
    assertMayHaveMembers(groupId);
    return this.groups.use(groupId, (group) =>
      requests.map((request) => {
        try {
          leave(group, request);
          return undefined;
        } catch (error) {
          if (error instanceof ProtocolError) return error;
          throw error;
        }
      }),
    );
  }

  /** @throws ProtocolError, GroupStorageError */
  async commit(groupId: string, request: CommitRequest): Promise<void> {
    await this.groups.use(groupId, (group) => commit(group, request));
    this.counts.offsetCommits += request.changes.length;
  }

  /** @throws ProtocolError */
  async offsets(groupId: string): Promise<GroupOffsets> {
    return (await this.groups.get(groupId)).offsets.all;
  }

  /**
   * Forgets offsets of topics that no member reads.
   *
   * @returns by the index of the partition, why it was not forgotten
   * @throws ProtocolError when nothing was: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP
   */
  async deleteOffsets(
    groupId: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<(ProtocolError | undefined)[]> {
    assertMayHaveMembers(groupId);
    const group = await this.existing(groupId);
    group.assertInCharge();
    const subscribed = group.state === 'Empty' ? new Set<string>() : group.subscribed();
    if (!subscribed) throw new ProtocolError('NON_EMPTY_GROUP');
    const refusals = partitions.map(({ topic }) =>
      subscribed.has(topic) ? new ProtocolError('GROUP_SUBSCRIBED_TO_TOPIC') : undefined,
    );
    const removals = partitions
      .filter((_, index) => refusals[index] === undefined)
      .map(({ topic, partition }) => ({ topic, partition, committed: null }));
    await saveOffsets(group, removals);
    this.counts.offsetDeletions += removals.length;
    return refusals;
  }

  /** @throws ProtocolError NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND; GroupStorageError */
  async delete(groupId: string): Promise<void> {
    const group = await this.existing(groupId);
    // Somebody else may have deleted it at this moment.
    group.assertInCharge();
    if (group.state !== 'Empty') throw new ProtocolError('NON_EMPTY_GROUP');
    const deleted = new ProtocolError('COORDINATOR_NOT_AVAILABLE', 'The group was deleted.');
    await this.groups.giveUp(group, deleted, 'remove');
    group.log('group-deleted', `Group ${groupId} is deleted.`);
  }

  /** A group nobody knows is Dead. @throws ProtocolError NOT_COORDINATOR */
  async describe(groupId: string): Promise<GroupDescription> {
    const group = this.groups.find(groupId);
    if (group) {
      group.assertInCharge();
      if (group.isUnheardOf) return unknownGroup(groupId);
      const { state, protocolType, protocol, roster } = group;
      const members = roster.all.map((member) => member.toStored());
      return {
        groupId,
        state,
        protocolType: protocolType ?? '',
        protocol: protocol ?? '',
        members,
      };
    }
    await this.groups.assertOurs(groupId);
    const { group: stored, offsets } = await this.options.storage.read(groupId);
    if (!stored) {
      const unknown = unknownGroup(groupId);
      return offsets.size > 0 ? { ...unknown, state: 'Empty' } : unknown;
    }
    const { state, protocolType, protocol, members } = stored;
    return { groupId, state, protocolType: protocolType ?? '', protocol: protocol ?? '', members };
  }

  /** Every group this broker answers for. */
  async list(): Promise<GroupDescription[]> {
    const ids = new Set(await this.options.storage.list());
    for (const group of this.groups.all) if (!group.isVoid) ids.add(group.id);
    const described = await pipelined(
      [...ids].sort(),
      (groupId) => this.describe(groupId).catch((error) => elsewhere(groupId, error)),
      DESCRIBED_AT_ONCE,
    );
    return described.filter(({ state }) => state !== 'Dead');
  }

  /** The offsets of a topic that is gone are forgotten. */
  onTopicGone(topic: GoneTopic): void {
    this.cleaner.onTopicGone(topic);
  }

  /** Gives all groups back. */
  async close(): Promise<void> {
    this.cleaner.close();
    this.groups.close();
    await this.options.storage.close();
  }

  /** @throws ProtocolError GROUP_ID_NOT_FOUND */
  private async existing(groupId: string): Promise<Group> {
    const group = await this.groups.get(groupId);
    if (!group.isUnheardOf) return group;
    await this.groups.giveUp(group, new ProtocolError('COORDINATOR_NOT_AVAILABLE'), 'release');
    throw new ProtocolError('GROUP_ID_NOT_FOUND', `There is no group ${groupId}.`);
  }
}

/** One that has gone to another broker meanwhile is listed there. */
function elsewhere(groupId: string, error: unknown): GroupDescription {
  if (error instanceof ProtocolError) return unknownGroup(groupId);
  throw error;
}

function unknownGroup(groupId: string): GroupDescription {
  return { groupId, state: 'Dead', protocolType: '', protocol: '', members: [] };
}

/**
 * The empty id is that of consumers without a group: old clients keep offsets under it, and it can be
 * looked at and deleted (KIP-289), but it has no members.
 *
 * @throws ProtocolError INVALID_GROUP_ID
 */
function assertMayHaveMembers(groupId: string): void {
  if (groupId !== '') return;
  throw new ProtocolError(
    'INVALID_GROUP_ID',
    'A group with members needs an id that is not empty.',
  );
}

function isLoading(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === 'COORDINATOR_LOAD_IN_PROGRESS';
}
