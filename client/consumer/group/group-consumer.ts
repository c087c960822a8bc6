import type { TopicPartition } from '../topic-partition';
import type { ConsumerEventListener, ConsumerEventName } from './consumer-events';
import type { CommittedOffset, OffsetToCommit } from './offset-to-commit';
import type { RebalanceListener, Subscription } from './subscription';

/** What another client needs to act in the name of this member (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string;
  readonly memberId: string;
  /** -1 outside of a generation. */
  readonly generationId: number;
  readonly groupInstanceId: string | null;
}

/** How far reading is behind in a partition. */
export interface PartitionLag extends TopicPartition {
  /** Where reading stands; null when not known yet. */
  readonly position: number | null;
  readonly endOffset: number;
  /** Records between the two; null without a position. */
  readonly lag: number | null;
}

/** What a consumer with a `groupId` can do beyond reading what it was assigned. */
export interface GroupConsumer {
  /**
   * Reads these topics as a member of the group, in place of those before; the group says which
   * partitions. Joins with the first poll, iteration or run.
   *
   * @throws ConsumerStateError without a `groupId`, or after `assign`; ClientOptionsError
   */
  subscribe(
    subscriptions: Subscription | readonly Subscription[],
    listener?: RebalanceListener,
  ): Promise<void>;
  /** The topics that are read now, names and matches of expressions; empty without a subscription. */
  subscription(): string[];
  /** Gives up all partitions and leaves the group (a static member only stops its heartbeats). */
  unsubscribe(): Promise<void>;
  /**
   * Commits offsets and waits until the group has stored them. Without an argument those after
   * everything that was handed out; inside of `run` those after everything that a handler has
   * finished. Calls at the same time are gathered into one request; the latest offset counts.
   *
   * @throws CommitFailedError when the group has gone on without this consumer; ProtocolError;
   *   ConsumerStateError without a `groupId`
   */
  commit(offsets?: readonly OffsetToCommit[]): Promise<void>;
  /** What the group has committed of these partitions; without an argument, of all assigned ones. */
  committed(partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]>;
  /** Asks how far the partitions have grown, and compares; without an argument all assigned ones. */
  lag(partitions?: readonly TopicPartition[]): Promise<PartitionLag[]>;
  groupMetadata(): GroupMetadata;
  /** Makes the group share out its partitions anew, with the next poll (KIP-568). */
  enforceRebalance(reason?: string): void;
  /** @returns a function that takes the listener away */
  on<N extends ConsumerEventName>(name: N, listener: ConsumerEventListener<N>): () => void;
}
