import type { ErrorName } from '../../client/protocol/error-codes';
import { isBeingReassigned } from './reassignment';
import type { ControlledReplica, ReplicaLife } from './controlled-partition';
import type { ControlledTopic } from './controlled-topic';
import type { ControllerContext } from './controller-context';

/** A replica of a topic that is to be deleted. */
export interface DeletionReplica {
  readonly life: ReplicaLife;
  /** Whether its broker is alive and its log directory has not failed. */
  readonly online: boolean;
}

/**
 * What to do next about a topic that is to be deleted.
 *
 * - `wait`: something has to happen first: a reassignment ends, brokers answer, replicas return.
 * - `delete-replicas`: those of `start` go to offline and on to deletion-started, which tells their
 *   brokers; those of `ineligible` to deletion-ineligible.
 * - `erase`: every replica is deleted; now the topic's znodes may go.
 */
export type DeletionStep<R> =
  | { readonly type: 'wait'; readonly for: 'reassignment' | 'answers' | 'replicas' }
  | {
      readonly type: 'delete-replicas';
      readonly start: readonly R[];
      readonly ineligible: readonly R[];
    }
  | { readonly type: 'erase' };

export interface DeletionCircumstances {
  /** Whether a reassignment of one of the topic's partitions is under way. */
  readonly reassigning: boolean;
  /**
   * Whether replicas whose deletion has failed are to be tried again: a broker has come back, a
   * reassignment has ended, or some time has passed.
   */
  readonly resumed: boolean;
}

/**
 * Decides by the lives of the replicas alone, so that any controller goes on where another has
 * stopped: deleting what is deleted already does no harm (Kafka's `TopicDeletionManager`). The
 * topic's znodes outlive all its replicas: while a broker that holds one is away, no topic of the
 * same name can be created that it would mistake for the old one.
 */
export function nextDeletionStep<R extends DeletionReplica>(
  replicas: readonly R[],
  { reassigning, resumed }: DeletionCircumstances,
): DeletionStep<R> {
  if (replicas.every(({ life }) => life === 'deletion-successful')) return { type: 'erase' };
  if (reassigning) return { type: 'wait', for: 'reassignment' };
  const start = replicas.filter((replica) => replica.online && mayStart(replica, resumed));
  const ineligible = replicas.filter(({ online, life }) => !online && BLOCKED_BY_DEATH.has(life));
  if (start.length > 0 || ineligible.length > 0) {
    return { type: 'delete-replicas', start, ineligible };
  }
  const asked = replicas.some(({ life }) => life === 'deletion-started');
  return { type: 'wait', for: asked ? 'answers' : 'replicas' };
}

/** What becomes of a replica by its broker's answer to the order to delete it. */
export function lifeAfterAnswer(error: ErrorName | null): ReplicaLife {
  return error === null ? 'deletion-successful' : 'deletion-ineligible';
}

/** The replicas of a topic, with what {@link nextDeletionStep} looks at. */
export function deletionReplicas(
  topic: ControlledTopic,
  context: ControllerContext,
): (ControlledReplica & DeletionReplica)[] {
  return [...topic.partitions.values()].flatMap((partition) =>
    partition.assignment.replicas.map((brokerId) => ({
      partition,
      brokerId,
      life: context.replicaLife({ partition, brokerId }),
      online: context.isReplicaOnline(partition, brokerId),
    })),
  );
}

/**
 * Whether one of the topic's partitions is being reassigned: its replicas are not settled. One that
 * has never had a leader has nothing to move, and would be waited for in vain.
 */
export function isTopicBeingReassigned(topic: ControlledTopic): boolean {
  return [...topic.partitions.values()].some(
    ({ state, assignment }) => state !== undefined && isBeingReassigned(assignment),
  );
}

/** Whose broker may still hold a log although it is away. */
const BLOCKED_BY_DEATH: ReadonlySet<ReplicaLife> = new Set([
  'nonexistent',
  'new',
  'online',
  'offline',
  'deletion-started',
]);

function mayStart({ life }: DeletionReplica, resumed: boolean): boolean {
  if (life === 'deletion-ineligible') return resumed;
  return life !== 'deletion-started' && life !== 'deletion-successful';
}
