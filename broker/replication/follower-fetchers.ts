import type { Log, TopicPartition } from '../log';

/** A partition this broker follows, under one leader and one leader epoch. */
export interface FollowedPartition {
  readonly topicPartition: TopicPartition;
  /** Kafka's base64 form. */
  readonly topicId: string;
  /** Broker id. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly log: Log;
  /** Called when the high watermark of the follower has moved. */
  onHighWatermark?(): void;
}

/** Copies partitions from their leaders. */
export interface FollowerFetchers {
  /** Starts, or goes on with a newer leader or epoch. Truncates first (KIP-101, KIP-279, KIP-595). */
  follow(partitions: readonly FollowedPartition[]): void;
  /**
   * Resolves when nothing of these partitions is read, written or truncated by a fetcher any more;
   * to be awaited before a partition leads, stops or is deleted.
   */
  unfollow(partitions: readonly TopicPartition[]): Promise<void>;
  close(): Promise<void>;
}
