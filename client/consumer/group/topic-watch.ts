import { apis } from '../../protocol/apis';
import { describeError } from '../../runtime/error';
import { ClientClosedError, type Cluster } from '../../network';
import type { PartitionCounts } from './assignors/assignor';
import type { TopicFilter } from './subscription';

/** Knows which topics a member reads, and sees when a rebalance is due because topics changed. */
export class TopicWatch {
  private filter: TopicFilter | undefined;
  /** What this member reads, as of the last look. */
  private subscribed: readonly string[] = [];
  /** What the member shared out as the leader; undefined when it is not the leader. */
  private sharedOut: PartitionCounts | undefined;
  /** The topics of all members then. */
  private topicsShared: readonly string[] = [];
  private isLooking = false;

  /** @param onChange told why a rebalance is due */
  constructor(
    private readonly cluster: Cluster,
    private readonly allowAutoTopicCreation: boolean,
    private readonly onChange: (reason: string) => void,
  ) {}

  /** The topics that are read, as far as they are known. */
  get topics(): readonly string[] {
    return this.subscribed;
  }

  /** @param filter undefined for nothing to watch */
  watch(filter: TopicFilter | undefined): void {
    this.filter = filter;
    this.subscribed = filter?.names ?? [];
    this.sharedOut = undefined;
  }

  /** The topics that this member reads now. Until the next call it does not count as the leader. */
  async resolve(): Promise<readonly string[]> {
    this.sharedOut = undefined;
    const { filter } = this;
    if (!filter) return [];
    this.subscribed = await this.find(filter);
    return this.subscribed;
  }

  /** Numbers of partitions of the topics that exist; from now on a change of them is told. */
  async counts(topics: readonly string[]): Promise<PartitionCounts> {
    const { snapshot } = this.cluster;
    const areKnown = topics.every((topic) => snapshot.topics.has(topic));
    if (!areKnown) await this.cluster.lookAt(topics, this.allowAutoTopicCreation);
    this.sharedOut = this.countsOf(topics);
    this.topicsShared = topics;
    return this.sharedOut;
  }

  /** To be called when there is new metadata. */
  onMetadata(): void {
    const { filter, sharedOut } = this;
    if (!filter) return;
    this.cluster.keepInUse(sharedOut ? this.topicsShared : this.subscribed);
    if (filter.hasPattern) void this.look(filter);
    if (!sharedOut) return;
    const now = this.countsOf(this.topicsShared);
    const isSame =
      now.size === sharedOut.size &&
      [...now].every(([topic, count]) => sharedOut.get(topic) === count);
    if (isSame) return;
    this.sharedOut = now;
    this.onChange('topics or their partitions have changed');
  }

  private countsOf(topics: readonly string[]): PartitionCounts {
    const { snapshot } = this.cluster;
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const known = snapshot.topic(topic);
      if (known) counts.set(topic, known.partitions.length);
    }
    return counts;
  }

  private async look(filter: TopicFilter): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const before = this.subscribed;
      const found = await this.find(filter);
      if (filter !== this.filter || before !== this.subscribed) return;
      if (found.length === before.length && found.every((topic) => before.includes(topic))) return;
      this.subscribed = found;
      this.onChange('other topics match the subscription');
    } catch (error) {
      if (error instanceof ClientClosedError) return;
      this.cluster.options.logger.warn(
        { event: 'topic-list-failed', err: error },
        `Topics that match the subscription could not be looked for: ${describeError(error)}`,
      );
    } finally {
      this.isLooking = false;
    }
  }

  private async find(filter: TopicFilter): Promise<string[]> {
    const { names } = filter;
    if (filter.hasPattern) {
      const { topics } = await this.cluster.sendToAny(apis.Metadata, {
        topics: null,
        allowAutoTopicCreation: false,
      });
      for (const { name, isInternal } of topics) {
        if (name === null || isInternal || names.includes(name)) continue;
        if (filter.matches(name)) names.push(name);
      }
    }
    this.cluster.keepInUse(names);
    const areKnown = names.every((name) => this.cluster.snapshot.topics.has(name));
    if (!areKnown) await this.cluster.lookAt(names, this.allowAutoTopicCreation);
    return names.sort();
  }
}
