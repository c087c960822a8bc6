import type { Logger } from '../../runtime/logger';
import type { TopicPartition } from '../topic-partition';
import type { OffsetToCommit } from './offset-to-commit';

/** Which member of which group. */
export interface MemberFacts {
  readonly groupId: string;
  /** Empty as long as the coordinator has not given one. */
  readonly memberId: string;
  /** -1 outside of a generation. */
  readonly generationId: number;
}

/** What a consumer tells of itself, by the name of the event. For metrics, logs and tools. */
export interface ConsumerEvents {
  /** The member begins to join (again). */
  rebalancing: MemberFacts & { readonly reason: string };
  /** The member has joined and knows its partitions; the first heartbeats go out. */
  'group-join': MemberFacts & {
    readonly leaderId: string;
    readonly isLeader: boolean;
    /** Name of the assignor that was chosen. */
    readonly protocol: string;
    /** All partitions of the member in this generation. */
    readonly assignment: readonly TopicPartition[];
    /** Since the rebalance began, in milliseconds. */
    readonly durationMs: number;
  };
  /** Before `onPartitionsAssigned`. */
  'partitions-assigned': MemberFacts & { readonly partitions: readonly TopicPartition[] };
  /** The partitions are given up; before `onPartitionsRevoked`. */
  'partitions-revoked': MemberFacts & { readonly partitions: readonly TopicPartition[] };
  /** The partitions were taken away; before `onPartitionsLost`. */
  'partitions-lost': MemberFacts & { readonly partitions: readonly TopicPartition[] };
  /** The coordinator has answered a heartbeat that all is well. */
  heartbeat: MemberFacts & { readonly durationMs: number };
  /** The coordinator has stored these offsets. */
  commit: MemberFacts & {
    readonly offsets: readonly OffsetToCommit[];
    readonly durationMs: number;
  };
  /** Somebody else in the group was given topics that this member does not read any more. */
  'unsubscribed-topics': MemberFacts & { readonly topics: readonly string[] };
  /** `run` ended with an error, or the member cannot be in its group. */
  crash: { readonly groupId: string | undefined; readonly error: unknown };
  /** The consumer was closed. */
  stop: { readonly groupId: string | undefined };
}

export type ConsumerEventName = keyof ConsumerEvents;
export type ConsumerEventListener<N extends ConsumerEventName> = (event: ConsumerEvents[N]) => void;

/** Hands events to those who want to hear of them. */
export class ConsumerEmitter {
  private readonly listeners = new Map<ConsumerEventName, Set<(event: never) => void>>();

  constructor(private readonly logger: Logger) {}

  /** @returns a function that takes the listener away */
  on<N extends ConsumerEventName>(name: N, listener: ConsumerEventListener<N>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(listener));
    return () => known.delete(listener);
  }

  /** What a listener throws is its own affair: it is logged. */
  emit<N extends ConsumerEventName>(name: N, event: ConsumerEvents[N]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as ConsumerEventListener<N>)(event);
      } catch (error) {
        this.logger.error(
          { event: 'listener-failed', listener: name, err: error },
          `A listener of the consumer's event "${name}" failed.`,
        );
      }
    }
  }
}
