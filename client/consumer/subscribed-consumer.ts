import { ensureCodecsReady } from '../records';
import { AssignedConsumer } from './assigned-consumer';
import { groupOrAssignment, notAnOffset } from './consumer-errors';
import type { ConsumerEventListener, ConsumerEventName } from './group/consumer-events';
import type { GroupConsumer, GroupMetadata, PartitionLag } from './group/group-consumer';
import type { CommittedOffset, OffsetToCommit } from './group/offset-to-commit';
import { TopicFilter, type RebalanceListener, type Subscription } from './group/subscription';

/** What a consumer can do as a member of its group. */
export class SubscribedConsumer extends AssignedConsumer implements GroupConsumer {
  async subscribe(
    subscriptions: Subscription | readonly Subscription[],
    listener: RebalanceListener = {},
  ): Promise<void> {
    this.core.reader.assertOpen();
    const filter = new TopicFilter(subscriptions);
    const group = this.core.needGroup();
    if (!group.isSubscribed && this.core.partitions.size > 0) throw groupOrAssignment();
    await ensureCodecsReady();
    this.core.reader.assertOpen();
    group.subscribe(filter, listener);
  }

  subscription(): string[] {
    return [...(this.core.group?.subscription ?? [])];
  }

  async unsubscribe(): Promise<void> {
    if (this.core.group?.isSubscribed) await this.core.group.unsubscribe();
    else this.core.partitions.replace([]);
  }

  async commit(offsets?: readonly OffsetToCommit[]): Promise<void> {
    this.core.reader.assertOpen();
    const group = this.core.needGroup();
    for (const { offset, ...at } of offsets ?? []) {
      if (!Number.isSafeInteger(offset) || offset < 0) throw notAnOffset(at, offset);
    }
    await group.commit(offsets ?? group.offsets(this.core.running ? 'finished' : 'handed out'));
  }

  async committed(partitions = this.assignment()): Promise<CommittedOffset[]> {
    this.core.reader.assertOpen();
    return this.core.needGroup().committed(partitions);
  }

  async lag(partitions = this.assignment()): Promise<PartitionLag[]> {
    const ends = await this.endOffsets(partitions);
    return ends.map(({ offset: endOffset, ...at }) => {
      const position = this.core.partitions.find(at)?.position ?? null;
      return {
        ...at,
        position,
        endOffset,
        lag: position === null ? null : Math.max(0, endOffset - position),
      };
    });
  }

  groupMetadata(): GroupMetadata {
    const { facts } = this.core.needGroup();
    return { ...facts, groupInstanceId: this.core.options.group?.groupInstanceId ?? null };
  }

  enforceRebalance(reason = 'the application wants it'): void {
    this.core.needGroup().rebalance(reason);
  }

  on<N extends ConsumerEventName>(name: N, listener: ConsumerEventListener<N>): () => void {
    return this.core.emitter.on(name, listener);
  }
}
