import { ProtocolError } from '../../../client/protocol/protocol-error';
import { deferred } from '../../../client/runtime/deferred';
import { describeError } from '../../../client/runtime/error';
import { Group } from './group';
import type { GroupCounts } from './group-counts';
import type { GroupEnvironment } from './group-environment';
import { GroupStorageError } from './group-storage-error';
import type { GroupClaim, GroupStorage } from './group-storage';
import type { TopicLookup } from './known-topic';
import { staleOffsets } from './stale-offsets';
import type { OffsetChange } from './stored-group';

export interface LoadedGroupsOptions extends GroupEnvironment {
  readonly brokerId: number;
  readonly storage: GroupStorage;
  readonly topicOf: TopicLookup;
}

/** How long a request waits for its group to be loaded, in milliseconds. */
const LOAD_WAIT_MS = 1000;
const MAX_ID_LENGTH = 32_767;

/**
 * The groups in memory. One is claimed and loaded when somebody asks for it and no other broker has
 * it; requests wait for that, though not for long. When the claim is lost, whoever waits is sent to
 * look for the new coordinator.
 */
export class LoadedGroups {
  private readonly groups = new Map<string, Group>();
  private readonly loading = new Map<string, Promise<Group>>();
  /** Forgotten, while their claims are not given back yet. */
  private readonly leaving = new Map<string, Promise<unknown>>();
  private closed = false;

  constructor(
    private readonly options: LoadedGroupsOptions,
    private readonly counts: GroupCounts,
  ) {}

  get all(): Iterable<Group> {
    return this.groups.values();
  }

  find(groupId: string): Group | undefined {
    return this.groups.get(groupId);
  }

  /**
   * The group of a request.
   *
   * @throws ProtocolError NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID;
   *   COORDINATOR_LOAD_IN_PROGRESS while it takes long to load
   */
  async get(groupId: string): Promise<Group> {
    assertGroupId(groupId);
    const group = this.groups.get(groupId) ?? (await this.soon(this.load(groupId)));
    group.assertInCharge();
    group.lastUsed = this.options.clock.monotonic();
    return group;
  }

  /**
   * Does something with the group of a request, at once when it is there: it may be forgotten before
   * whoever waited for {@link get} goes on.
   *
   * @throws ProtocolError as {@link get} does, and what the work throws
   */
  async use<T>(groupId: string, work: (group: Group) => T | Promise<T>): Promise<T> {
    const group = await this.get(groupId);
    group.assertInCharge();
    return work(group);
  }

  /**
   * The broker that coordinates a group.
   *
   * @throws ProtocolError INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE
   */
  async coordinatorOf(groupId: string): Promise<number> {
    assertGroupId(groupId);
    const found = await this.options.storage.coordinatorOf(groupId);
    if (found !== undefined) return found;
    throw new ProtocolError('COORDINATOR_NOT_AVAILABLE', `Nobody can coordinate ${groupId} now.`);
  }

  /** @throws ProtocolError NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE */
  async assertOurs(groupId: string): Promise<void> {
    const isOurs = !this.closed && (await this.coordinatorOf(groupId)) === this.options.brokerId;
    if (!isOurs) throw new ProtocolError('NOT_COORDINATOR');
  }

  /** Lets go of a group; whoever waits for something of it gets the error. */
  forget(group: Group, error: Error): void {
    if (this.groups.get(group.id) === group) this.groups.delete(group.id);
    group.end(error);
  }

  /**
   * Lets go of a group and gives its claim back, or removes all that is stored of it. Whoever asks
   * for the group meanwhile waits for that, and loads what there is then.
   *
   * @throws GroupStorageError
   */
  async giveUp(group: Group, error: Error, what: 'release' | 'remove'): Promise<void> {
    this.forget(group, error);
    const ended = group.claim[what]();
    const leaving = ended.then(noted, noted);
    this.leaving.set(group.id, leaving);
    try {
      await ended;
    } finally {
      if (this.leaving.get(group.id) === leaving) this.leaving.delete(group.id);
    }
  }

  /** Forgets all, and loads no more. */
  close(): void {
    this.closed = true;
    const error = new ProtocolError('NOT_COORDINATOR', 'The broker is stopping.');
    for (const group of [...this.groups.values()]) this.forget(group, error);
  }

  private async soon(loading: Promise<Group>): Promise<Group> {
    const { clock } = this.options;
    const late = deferred<never>();
    const timer = clock.setTimeout(
      () => late.reject(new ProtocolError('COORDINATOR_LOAD_IN_PROGRESS')),
      LOAD_WAIT_MS,
    );
    try {
      return await Promise.race([loading, late.promise]);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  private load(groupId: string): Promise<Group> {
    const known = this.loading.get(groupId);
    if (known) return known;
    const { clock, logger } = this.options;
    const timer = clock.setTimeout(
      () =>
        logger.warn(
          { event: 'group-load-slow', group: groupId },
          `Group ${groupId} takes long to load; who asks is told so.`,
        ),
      LOAD_WAIT_MS,
    );
    const loading = this.claim(groupId).finally(() => {
      clock.clearTimeout(timer);
      this.loading.delete(groupId);
    });
    this.loading.set(groupId, loading);
    return loading;
  }

  private async claim(groupId: string): Promise<Group> {
    await this.leaving.get(groupId);
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
    const stale = await this.removeStale(claim);
    if (this.closed || isLost) {
      await claim.release();
      throw new ProtocolError('NOT_COORDINATOR');
    }
    const group = new Group(claim, this.options, this.counts);
    group.offsets.apply(stale);
    loaded.group = group;
    this.groups.set(groupId, group);
    const members = group.roster.size;
    group.log('group-loaded', `Group ${groupId} is coordinated here, with ${members} members.`, {
      members,
    });
    return group;
  }

  /** Topics may have been deleted while nobody coordinated the group. */
  private async removeStale(claim: GroupClaim): Promise<readonly OffsetChange[]> {
    try {
      const stale = await staleOffsets(claim.snapshot.offsets, this.options.topicOf);
      if (stale.length > 0) await claim.saveOffsets(stale);
      return stale;
    } catch (error) {
      await claim.release();
      if (error instanceof GroupStorageError) throw error;
      const message = `The topics of group ${claim.groupId} cannot be found out: ${describeError(error)}`;
      throw new GroupStorageError('unavailable', claim.groupId, message, error);
    }
  }
}

/** Whether it succeeded is told to whoever gave up, and does not matter to who comes next. */
function noted(): void {}

function assertGroupId(groupId: string): void {
  if (groupId.length <= MAX_ID_LENGTH) return;
  throw new ProtocolError('INVALID_GROUP_ID', 'A group id has at most 32767 characters.');
}
