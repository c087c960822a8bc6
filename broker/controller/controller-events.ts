import type { Api } from '../../client/protocol/api';
import type { ErrorName } from '../../client/protocol/error-codes';
import type { Deferred } from '../../client/runtime/deferred';
import type {
  BrokersChange,
  RequestedElection,
  RequestedReassignment,
  StoredTopic,
  TopicPartition,
} from '../../zk-coordination';

/** A request of a broker or a client that waits for its answer. */
export interface ControllerRequest {
  readonly type: 'request';
  readonly api: Api;
  readonly body: unknown;
  readonly reply: Deferred<unknown>;
}

/** The answer of one incarnation of a broker about some partitions; null where all went well. */
interface BrokerAnswer {
  readonly brokerId: number;
  readonly brokerEpoch: bigint;
  readonly results: readonly (TopicPartition & { readonly error: ErrorName | null })[];
}

/** What happens to the controller in office. Dropped when the office it was meant for is lost. */
export type TermEvent =
  /** Brokers came, went, were bounced, or changed their listeners. */
  | { readonly type: 'brokers-changed'; readonly change: BrokersChange }
  /** The list of topics has changed. */
  | { readonly type: 'topics-changed'; readonly names: readonly string[] }
  /** The assignment of a topic has changed; null when it is gone. */
  | { readonly type: 'topic-changed'; readonly name: string; readonly topic: StoredTopic | null }
  /** The wishes to delete topics have changed. */
  | { readonly type: 'deletions-changed' }
  /** Deletions that may have become possible are to be tried again. */
  | { readonly type: 'deletions-resumed' }
  /** `/admin/reassign_partitions` is there (the way of old tools). */
  | {
      readonly type: 'reassignment-wished';
      readonly requests: readonly RequestedReassignment[];
    }
  /** `/admin/preferred_replica_election` is there (the way of old tools). */
  | { readonly type: 'preferred-election-wished'; readonly election: RequestedElection }
  /** Brokers have failed log directories. */
  | { readonly type: 'log-dirs-failed' }
  /** The config `unclean.leader.election.enable` of a topic, or of all (null), is on now. */
  | { readonly type: 'unclean-election-enabled'; readonly topic: string | null }
  /** What reassignments of these partitions wait for may have happened. */
  | { readonly type: 'reassignments-advanced'; readonly partitions: readonly TopicPartition[] }
  /** `leader.imbalance.check.interval.seconds` are over. */
  | { readonly type: 'leaders-to-rebalance' }
  | ({ readonly type: 'leader-and-isr-answered' } & BrokerAnswer)
  | ({ readonly type: 'stop-replica-answered' } & BrokerAnswer)
  /** A broker says that it knows of a later controller. */
  | { readonly type: 'called-superseded'; readonly brokerId: number }
  /** ZooKeeper names another controller, or none. */
  | { readonly type: 'superseded' }
  | ControllerRequest;

/** What happens to a candidate. */
export type CandidateEvent =
  /** There may be no controller: run for it. */
  | { readonly type: 'elect' }
  /** Give up the office, if held. */
  | { readonly type: 'resign' }
  /** The session is over, and the office with it. */
  | { readonly type: 'expire' };

/** Whatever happens in the cluster reaches the controller as one of these. */
export type ControllerEvent = CandidateEvent | TermEvent;
