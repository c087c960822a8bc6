import { ProtocolError } from '../../../client/protocol/protocol-error';
import { type TimerHandle } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import { commit, saveOffsets, type CommitRequest } from './commit';
import { Group } from './group';
import type { GroupEnvironment } from './group-environment';
import type { SyncOutcome, JoinOutcome } from './group-member';
import type { GroupState } from './group-states';
import type { GroupStorage } from './group-storage';
import { heartbeat, type HeartbeatRequest } from './heartbeat';
import { join, type IdGiven, type JoinRequest } from './join';
import { leave, type LeaveRequest } from './leave';
import { isExpired } from './offset-expiry';
import type { GroupOffsets, StoredMember } from './stored-group';
import { sync, type SyncRequest } from './sync';

export interface GroupCoordinatorOptions extends GroupEnvironment {
  readonly brokerId: number;
  readonly storage: GroupStorage;
  /** Milliseconds between two searches for offsets that have expired. */
  readonly expiryIntervalMs: number;
}

/** A group as it is told of. */
export interface GroupDescription {
  readonly groupId: string;
  readonly state: GroupState;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly StoredMember[];
}

/** Groups nobody has asked for so long are let go of; they stay stored. */
const IDLE_MS = 10 * 60_000;
/** Groups loaded at the same time while looking for what has expired. */
const MAX_ID_LENGTH = 32_767;

/**
 * The groups that this broker coordinates. One is claimed and loaded when somebody asks for it and
 * no other broker has it; the first request waits for that. When the claim is lost, whoever waits is
 * sent to look for the new coordinator, which goes on in the same generation.
 */
export class GroupCoordinator {
  private readonly groups = new Map<string, Group>();
  private readonly loading = new Map<string, Promise<Group>>();
  private timer: TimerHandle | undefined;
  private closed = false;

  constructor(private readonly options: GroupCoordinatorOptions) {}

  /** Begins to look for what has expired. */
  start(): void {
    const { clock, expiryIntervalMs } = this.options;
    if (this.closed) return;
    this.timer = clock.setTimeout(
      () => void this.cleanUp().then(() => this.start()),
      expiryIntervalMs,
    );
  }

  /** Groups in memory, for metrics. */
  get loaded(): Iterable<Group> {
    return this.groups.values();
  }

  /**
   * The broker that coordinates a group.
   *
   * @throws ProtocolError INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE
   */
  async find(groupId: string): Promise<number> {
    assertGroupId(groupId);
    const found = await this.options.storage.coordinatorOf(groupId);
    if (found !== undefined) return found;
    throw new ProtocolError('COORDINATOR_NOT_AVAILABLE', `Nobody can coordinate ${groupId} now.`);
  }

  /** @throws ProtocolError */
  async join(groupId: string, request: JoinRequest): Promise<JoinOutcome | IdGiven> {
    return join(await this.group(groupId), request);
  }

  /** @throws ProtocolError */
  async sync(groupId: string, request: SyncRequest): Promise<SyncOutcome> {
    return sync(await this.group(groupId), request);
  }

  /** @throws ProtocolError */
  async heartbeat(groupId: string, request: HeartbeatRequest): Promise<void> {
    heartbeat(await this.group(groupId), request);
  }

  /** @throws ProtocolError when the group as a whole cannot be asked */
  async leave(
    groupId: string,
    requests: readonly LeaveRequest[],
  ): Promise<(ProtocolError | undefined)[]> {
    const group = await this.group(groupId);
    return requests.map((request) => {
      try {
        leave(group, request);
        return undefined;
      } catch (error) {
        if (error instanceof ProtocolError) return error;
        throw error;
      }
    });
  }

  /** @throws ProtocolError, GroupStorageError */
  async commit(groupId: string, request: CommitRequest): Promise<void> {
    await commit(await this.group(groupId), request);
  }

  /** @throws ProtocolError */
  async offsets(groupId: string): Promise<GroupOffsets> {
    return (await this.group(groupId)).offsets.all;
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
    const group = await this.existing(groupId);
    const subscribed = group.state === 'Empty' ? new Set<string>() : group.subscribed();
    if (!subscribed) throw new ProtocolError('NON_EMPTY_GROUP');
    const refusals = partitions.map(({ topic }) =>
      subscribed.has(topic) ? new ProtocolError('GROUP_SUBSCRIBED_TO_TOPIC') : undefined,
    );
    await saveOffsets(
      group,
      partitions
        .filter((_, index) => refusals[index] === undefined)
        .map(({ topic, partition }) => ({ topic, partition, committed: null })),
    );
    return refusals;
  }

  /** @throws ProtocolError NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND; GroupStorageError */
  async delete(groupId: string): Promise<void> {
    const group = await this.existing(groupId);
    if (group.state !== 'Empty') throw new ProtocolError('NON_EMPTY_GROUP');
    this.forget(group, new ProtocolError('COORDINATOR_NOT_AVAILABLE', 'The group was deleted.'));
    await group.claim.remove();
    group.log('group-deleted', `Group ${groupId} is deleted.`);
  }

  /** A group nobody knows is Dead. @throws ProtocolError NOT_COORDINATOR */
  async describe(groupId: string): Promise<GroupDescription> {
    const group = this.groups.get(groupId);
    if (group) {
      group.assertInCharge();
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
    await this.assertOurs(groupId);
    const { group: stored, offsets } = await this.options.storage.read(groupId);
    if (!stored) {
      const state = offsets.size > 0 ? 'Empty' : 'Dead';
      return { groupId, state, protocolType: '', protocol: '', members: [] };
    }
    const { state, protocolType, protocol, members } = stored;
    return { groupId, state, protocolType: protocolType ?? '', protocol: protocol ?? '', members };
  }

  /** Every group this broker answers for. */
  async list(): Promise<GroupDescription[]> {
    const ids = new Set(await this.options.storage.list());
    for (const group of this.groups.values()) if (!group.isVoid) ids.add(group.id);
    const listed: GroupDescription[] = [];
    for (const groupId of [...ids].sort()) {
      try {
        const described = await this.describe(groupId);
        if (described.state !== 'Dead') listed.push(described);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    return listed;
  }

  /** The offsets of a topic that is gone are forgotten. */
  onTopicGone(topic: string): void {
    for (const group of [...this.groups.values()]) {
      const gone = group.offsets.removals((name) => name === topic);
      this.inBackground(group, saveOffsets(group, gone), 'Offsets of a deleted topic');
    }
  }

  /** Gives all groups back. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    const error = new ProtocolError('NOT_COORDINATOR', 'The broker is stopping.');
    for (const group of [...this.groups.values()]) this.forget(group, error);
    await this.options.storage.close();
  }

  /** The group of a request. */
  private async group(groupId: string): Promise<Group> {
    assertGroupId(groupId);
    const group = this.groups.get(groupId) ?? (await this.load(groupId));
    group.assertInCharge();
    group.lastUsed = this.options.clock.monotonic();
    return group;
  }

  /** @throws ProtocolError GROUP_ID_NOT_FOUND */
  private async existing(groupId: string): Promise<Group> {
    const group = await this.group(groupId);
    if (!group.isVoid || group.generation > 0 || group.claim.snapshot.group) return group;
    this.forget(group, new ProtocolError('COORDINATOR_NOT_AVAILABLE'));
    await group.claim.release();
    throw new ProtocolError('GROUP_ID_NOT_FOUND', `There is no group ${groupId}.`);
  }

  private load(groupId: string): Promise<Group> {
    const known = this.loading.get(groupId);
    if (known) return known;
    const loading = this.claim(groupId).finally(() => this.loading.delete(groupId));
    this.loading.set(groupId, loading);
    return loading;
  }

  private async claim(groupId: string): Promise<Group> {
    await this.assertOurs(groupId);
    const loaded: { group?: Group } = {};
    let isLost = false;
    const claim = await this.options.storage.claim(groupId, {
      onLost: () => {
        isLost = true;
        if (!loaded.group) return;
        loaded.group.log('group-lost', `Group ${groupId} is coordinated by somebody else.`);
        this.forget(loaded.group, new ProtocolError('NOT_COORDINATOR'));
      },
    });
    if (this.closed || isLost) {
      await claim.release();
      throw new ProtocolError('NOT_COORDINATOR');
    }
    const group = new Group(claim, this.options);
    loaded.group = group;
    this.groups.set(groupId, group);
    const members = group.roster.size;
    group.log('group-loaded', `Group ${groupId} is coordinated here, with ${members} members.`, {
      members,
    });
    return group;
  }

  private async assertOurs(groupId: string): Promise<void> {
    if (this.closed) throw new ProtocolError('NOT_COORDINATOR');
    if ((await this.find(groupId)) !== this.options.brokerId) {
      throw new ProtocolError('NOT_COORDINATOR');
    }
  }

  private forget(group: Group, error: Error): void {
    if (this.groups.get(group.id) === group) this.groups.delete(group.id);
    group.end(error);
  }

  /** Forgets offsets that have expired, and lets go of groups that nobody uses. */
  private async cleanUp(): Promise<void> {
    try {
      for (const groupId of await this.options.storage.list()) {
        if (this.closed) return;
        await this.expire(groupId);
      }
    } catch (error) {
      this.warn(undefined, 'Offsets that have expired', error);
    }
    const { clock } = this.options;
    for (const group of [...this.groups.values()]) {
      const idle = clock.monotonic() - group.lastUsed > IDLE_MS;
      if (!idle || group.state !== 'Empty' || group.roster.pending.size > 0) continue;
      this.forget(group, new ProtocolError('NOT_COORDINATOR'));
      await (group.isVoid ? group.claim.remove() : group.claim.release()).catch((error: unknown) =>
        this.warn(group, 'A group that nobody uses', error),
      );
    }
  }

  private async expire(groupId: string): Promise<void> {
    const { clock, storage, configs } = this.options;
    const loaded = this.groups.get(groupId);
    const facts = { now: clock.now(), retentionMs: configs().offsetsRetentionMs };
    if (loaded) {
      // What is being committed must not be forgotten behind it.
      if (loaded.offsetWrites > 0) return;
      const { state, protocolType, since } = loaded;
      const all = { ...facts, state, protocolType, since, subscribed: loaded.subscribed() };
      const expired = loaded.offsets.removals((topic, _, offset) => isExpired(topic, offset, all));
      await saveOffsets(loaded, expired).catch((error: unknown) =>
        this.warn(loaded, 'Offsets that have expired', error),
      );
      return;
    }
    // Nobody uses it: it is taken only when there is something to forget.
    const { group, offsets } = await storage.read(groupId);
    if (group?.state === 'Stable') {
      // Its members may have gone with its coordinator; taken up, it notices.
      await this.group(groupId);
      return;
    }
    const all = {
      ...facts,
      state: 'Empty' as const,
      protocolType: group?.protocolType ?? null,
      since: group?.since ?? 0,
      subscribed: undefined,
    };
    const isOver = [...offsets].every(([topic, partitions]) =>
      [...partitions.values()].every((offset) => isExpired(topic, offset, all)),
    );
    if (!isOver) return;
    const abandoned = await this.group(groupId);
    if (abandoned.state !== 'Empty' || abandoned.roster.pending.size > 0) return;
    this.forget(abandoned, new ProtocolError('NOT_COORDINATOR'));
    await abandoned.claim.remove();
  }

  private inBackground(group: Group, work: Promise<void>, what: string): void {
    work.catch((error: unknown) => this.warn(group, what, error));
  }

  private warn(group: Group | undefined, what: string, error: unknown): void {
    this.options.logger.warn(
      { event: 'group-clean-up-failed', group: group?.id, error: describeError(error) },
      `${what} could not be removed; the next round tries again.`,
    );
  }
}

function assertGroupId(groupId: string): void {
  if (groupId.length > 0 && groupId.length <= MAX_ID_LENGTH) return;
  throw new ProtocolError('INVALID_GROUP_ID', 'A group id has 1 to 32767 characters.');
}
