import { ProtocolError } from '../../../client/protocol/protocol-error';
import { type TimerHandle } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import { saveOffsets } from './commit';
import type { Group } from './group';
import type { GroupCounts } from './group-counts';
import type { GoneTopic } from './known-topic';
import type { LoadedGroups, LoadedGroupsOptions } from './loaded-groups';
import { isExpired, type ExpiryFacts } from './offset-expiry';
import { isOfGone, staleOffsets } from './stale-offsets';
import type { OffsetChange } from './stored-group';

export interface GroupCleanerOptions extends LoadedGroupsOptions {
  /** Milliseconds between two searches for offsets that have expired. */
  readonly expiryIntervalMs: number;
}

/** A topic that is gone, and since when that is known: milliseconds since 1970. */
interface Gone {
  readonly topic: GoneTopic;
  readonly at: number;
}

/** Groups nobody has asked for so long are let go of; they stay stored. */
const IDLE_MS = 10 * 60_000;

/**
 * Forgets what nobody needs: offsets that have expired and those of topics that are gone, also of
 * groups that nobody has loaded; and lets go of groups that nobody uses.
 */
export class GroupCleaner {
  private timer: TimerHandle | undefined;
  private closed = false;
  private readonly gone = new Map<string, Gone>();
  private sweeping = false;

  constructor(
    private readonly options: GroupCleanerOptions,
    private readonly groups: LoadedGroups,
    private readonly counts: GroupCounts,
  ) {}

  start(): void {
    const { clock, expiryIntervalMs } = this.options;
    if (this.closed) return;
    this.timer = clock.setTimeout(
      () => void this.cleanUp().then(() => this.start()),
      expiryIntervalMs,
    );
  }

  /** The offsets of a topic that is gone are forgotten. */
  onTopicGone(topic: GoneTopic): void {
    const gone = { topic, at: this.options.clock.now() };
    this.gone.set(topic.name, gone);
    const all = new Map([[topic.name, gone]]);
    for (const group of this.groups.all) {
      this.forgetGone(group, all).catch((error: unknown) =>
        this.warn(group, 'Offsets of a deleted topic', error),
      );
    }
    if (!this.sweeping) void this.sweep();
  }

  close(): void {
    this.closed = true;
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
  }

  /** Goes through all groups that this broker answers for, once for all topics that are gone. */
  private async sweep(): Promise<void> {
    this.sweeping = true;
    while (this.gone.size > 0 && !this.closed) {
      const gone = new Map(this.gone);
      this.gone.clear();
      await this.forEachGroup('Offsets of deleted topics', async (groupId) => {
        const offsets =
          this.groups.find(groupId)?.offsets.all ??
          (await this.options.storage.read(groupId)).offsets;
        if (![...gone.keys()].some((topic) => offsets.has(topic))) return;
        await this.forgetGone(await this.groups.get(groupId), gone);
      });
    }
    this.sweeping = false;
  }

  private async forgetGone(group: Group, gone: ReadonlyMap<string, Gone>): Promise<void> {
    const removals = group.offsets.removals((topic, _, committed) => {
      const found = gone.get(topic);
      return found !== undefined && isOfGone(committed, found.topic, found.at);
    });
    await this.forgetOffsets(group, removals, 'offsetDeletions');
  }

  private async cleanUp(): Promise<void> {
    await this.forEachGroup('Offsets that have expired', (groupId) => this.clean(groupId));
    const { clock } = this.options;
    for (const group of [...this.groups.all]) {
      const idle = clock.monotonic() - group.lastUsed > IDLE_MS;
      if (!idle || group.state !== 'Empty' || group.roster.pending.size > 0) continue;
      const what = group.isVoid ? 'remove' : 'release';
      await this.groups
        .giveUp(group, new ProtocolError('NOT_COORDINATOR'), what)
        .catch((error: unknown) => this.warn(group, 'A group that nobody uses', error));
    }
  }

  private async clean(groupId: string): Promise<void> {
    const loaded = this.groups.find(groupId);
    if (loaded) return this.cleanLoaded(loaded);
    // Nobody uses it: it is taken only when there is something to forget.
    const { group, offsets } = await this.options.storage.read(groupId);
    const stale = await staleOffsets(offsets, this.options.topicOf);
    if (group?.state === 'Stable' || stale.length > 0) {
      // Its members may have gone with its coordinator; taken up, it notices. So it does of topics.
      await this.groups.get(groupId);
      return;
    }
    const facts = this.expiryFacts({
      state: 'Empty',
      protocolType: group?.protocolType ?? null,
      since: group?.since ?? 0,
      subscribed: undefined,
    });
    const isOver = [...offsets].every(([topic, partitions]) =>
      [...partitions.values()].every((offset) => isExpired(topic, offset, facts)),
    );
    if (!isOver) return;
    const abandoned = await this.groups.get(groupId);
    if (abandoned.state !== 'Empty' || abandoned.roster.pending.size > 0) return;
    await this.groups.giveUp(abandoned, new ProtocolError('NOT_COORDINATOR'), 'remove');
    for (const { size } of offsets.values()) this.counts.offsetExpirations += size;
  }

  private async cleanLoaded(group: Group): Promise<void> {
    const stale = await staleOffsets(
      group.offsets.all,
      this.options.topicOf,
      this.options.clock.now(),
    );
    if (isBusy(group)) return;
    await this.forgetOffsets(group, stale, 'offsetDeletions');
    if (isBusy(group)) return;
    const { state, protocolType, since } = group;
    const facts = this.expiryFacts({ state, protocolType, since, subscribed: group.subscribed() });
    const expired = group.offsets.removals((topic, _, offset) => isExpired(topic, offset, facts));
    await this.forgetOffsets(group, expired, 'offsetExpirations');
  }

  private expiryFacts(group: Omit<ExpiryFacts, 'now' | 'retentionMs'>): ExpiryFacts {
    const { clock, configs } = this.options;
    return { ...group, now: clock.now(), retentionMs: configs().offsetsRetentionMs };
  }

  private async forgetOffsets(
    group: Group,
    removals: readonly OffsetChange[],
    count: 'offsetDeletions' | 'offsetExpirations',
  ): Promise<void> {
    await saveOffsets(group, removals);
    this.counts[count] += removals.length;
  }

  /** One group after the other; one that fails does not keep the others waiting. */
  private async forEachGroup(what: string, act: (groupId: string) => Promise<void>): Promise<void> {
    try {
      for (const groupId of await this.options.storage.list()) {
        if (this.closed) return;
        await act(groupId).catch((error: unknown) =>
          this.warn(this.groups.find(groupId), what, error),
        );
      }
    } catch (error) {
      this.warn(undefined, what, error);
    }
  }

  private warn(group: Group | undefined, what: string, error: unknown): void {
    this.options.logger.warn(
      { event: 'group-clean-up-failed', group: group?.id, error: describeError(error) },
      `${what} could not be removed; the next round tries again.`,
    );
  }
}

/** What is being committed must not be forgotten behind it. */
function isBusy({ offsetWrites, state }: Group): boolean {
  return offsetWrites > 0 || state === 'Dead';
}
