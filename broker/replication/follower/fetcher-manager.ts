import { partitionName, type TopicPartition } from '../../log';
import type { FollowedPartition, FollowerFetchers } from '../follower-fetchers';
import { fetcherIdOf } from './fetcher-id';
import type { FetcherOptions } from './fetcher-options';
import { Follower } from './follower';
import { ReplicaFetcher } from './replica-fetcher';

/**
 * The fetchers of a broker: `num.replica.fetchers` per leading broker, made with the first partition
 * and closed with the last (Kafka's ReplicaFetcherManager).
 *
 * Two fetchers never have their hands on one log: whoever follows under a new leader or epoch begins
 * when the operations of his predecessor have ended.
 */
export class FetcherManager implements FollowerFetchers {
  private readonly fetchers = new Map<string, ReplicaFetcher>();
  private readonly followers = new Map<string, Follower>();
  /** The fetchers followers are with. */
  private readonly placed = new Map<Follower, ReplicaFetcher>();
  /** Operations of retired followers that are still under way, by partition. */
  private readonly leaving = new Map<string, Promise<void>>();
  private readonly closing = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly options: FetcherOptions) {}

  /** Partitions followed. */
  get size(): number {
    return this.followers.size;
  }

  /** Kafka's MaxLag: most records by which a partition is behind its leader's high watermark. */
  get maxLag(): number {
    let most = 0;
    for (const { lag } of this.followers.values()) most = Math.max(most, lag ?? 0);
    return most;
  }

  /** Kafka's FailedPartitionsCount: partitions that something keeps from following. */
  get failedPartitions(): number {
    let count = 0;
    for (const { failed } of this.followers.values()) if (failed) count++;
    return count;
  }

  follow(partitions: readonly FollowedPartition[]): void {
    if (this.closed) return;
    for (const partition of partitions) this.followOne(partition);
    this.closeIdle();
  }

  async unfollow(partitions: readonly TopicPartition[]): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (const topicPartition of partitions) {
      const name = partitionName(topicPartition);
      this.release(name);
      const leaving = this.leaving.get(name);
      if (leaving) underWay.push(leaving);
    }
    this.closeIdle();
    await Promise.all(underWay);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const name of [...this.followers.keys()]) this.release(name);
    this.closeIdle();
    await Promise.all([...this.leaving.values(), ...this.closing]);
  }

  private followOne(partition: FollowedPartition): void {
    const name = partitionName(partition.topicPartition);
    const current = this.followers.get(name);
    if (current && !supersedes(partition, current)) return;
    this.release(name);
    const follower = new Follower(partition, this.options.logger);
    const leaving = this.leaving.get(name);
    if (leaving) void leaving.then(() => this.begin(follower));
    else this.begin(follower);
    // Last, so that an instruction that failed halfway is not taken for a repetition (KAFKA-9307).
    this.followers.set(name, follower);
  }

  private begin(follower: Follower): void {
    if (follower.retired) return;
    const { name, leader, leaderEpoch, log } = follower;
    const fetcher = this.fetcherFor(follower);
    this.placed.set(follower, fetcher);
    fetcher.add(follower);
    this.options.logger.info(
      {
        event: 'follower-started',
        partition: name,
        leader,
        leaderEpoch,
        logEndOffset: log.logEndOffset,
        highWatermark: log.highWatermark,
      },
      `Following ${name} on broker ${leader} from offset ${log.logEndOffset}.`,
    );
  }

  private release(name: string): void {
    const follower = this.followers.get(name);
    if (!follower) return;
    this.followers.delete(name);
    follower.retire();
    this.placed.get(follower)?.remove(follower);
    this.placed.delete(follower);
    const settled = follower.settled();
    if (!settled) return;
    const before = this.leaving.get(name);
    const leaving: Promise<void> = Promise.all([before, settled]).then(() => {
      if (this.leaving.get(name) === leaving) this.leaving.delete(name);
    });
    this.leaving.set(name, leaving);
  }

  private fetcherFor({ leader, topicPartition }: Follower): ReplicaFetcher {
    const fetcherId = fetcherIdOf(topicPartition, this.options.config.fetchersPerBroker);
    const key = `${leader}/${fetcherId}`;
    let fetcher = this.fetchers.get(key);
    if (!fetcher) {
      fetcher = new ReplicaFetcher(leader, this.options);
      this.fetchers.set(key, fetcher);
    }
    return fetcher;
  }

  private closeIdle(): void {
    for (const [key, fetcher] of this.fetchers) {
      if (fetcher.size > 0) continue;
      this.fetchers.delete(key);
      fetcher.close();
      const { done } = fetcher;
      this.closing.add(done);
      void done.then(() => this.closing.delete(done));
    }
  }
}

/** Whether an instruction changes anything. An older epoch does not, nor does a repetition. */
function supersedes(next: FollowedPartition, current: Follower): boolean {
  if (next.log !== current.log || next.topicId !== current.topicId) return true;
  if (next.leaderEpoch !== current.leaderEpoch) return next.leaderEpoch > current.leaderEpoch;
  return next.leader !== current.leader || current.phase === 'stopped';
}
