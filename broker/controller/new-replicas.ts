import { ProtocolError } from '../../client/protocol/protocol-error';
import { assertAssignment } from './assignment-check';
import { placeReplicas, type PlacementBroker } from './replica-placement';

export interface NewTopic {
  readonly name: string;
  /** -1 for the broker's default. */
  readonly numPartitions: number;
  /** -1 for the broker's default. */
  readonly replicationFactor: number;
  /** Brokers by partition number, instead of the two numbers above; empty to let us choose. */
  readonly assignments: ReadonlyMap<number, readonly number[]>;
  readonly configs: Readonly<Record<string, string>>;
}

/** What replicas are placed by. */
export interface Placement {
  /** Live brokers, by id. */
  readonly brokers: readonly PlacementBroker[];
  /** `num.partitions` */
  readonly numPartitions: () => number;
  /** Number of live brokers in, replication factor out. */
  readonly replicationFactor: (liveBrokers: number) => number;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * The brokers of each partition of a new topic, as asked for or chosen.
 *
 * @throws ProtocolError INVALID_REQUEST, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
 *   INVALID_REPLICA_ASSIGNMENT
 */
export function chooseReplicas(topic: NewTopic, placement: Placement): (readonly number[])[] {
  const { brokers, random } = placement;
  const { numPartitions, replicationFactor, assignments } = topic;
  if (assignments.size > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      throw new ProtocolError(
        'INVALID_REQUEST',
        'Give either a replica assignment or numbers of partitions and replicas, not both.',
      );
    }
    const listed = Array.from({ length: assignments.size }, (_, partition) =>
      assignments.get(partition),
    );
    return assertAssignment(listed, brokers);
  }
  return placeReplicas({
    brokers,
    partitions: numPartitions === -1 ? placement.numPartitions() : numPartitions,
    replicationFactor:
      replicationFactor === -1 ? placement.replicationFactor(brokers.length) : replicationFactor,
    random,
  });
}

/**
 * The brokers of each partition that is added to a topic, as asked for or chosen. What is chosen
 * goes on where the topic's first partition began.
 *
 * @throws ProtocolError INVALID_REPLICA_ASSIGNMENT, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR
 */
export function chooseMoreReplicas(
  firstReplicas: readonly number[],
  present: number,
  more: number,
  assignments: readonly (readonly number[])[] | null,
  { brokers, random }: Placement,
): (readonly number[])[] {
  if (assignments !== null) {
    if (assignments.length !== more) {
      throw new ProtocolError(
        'INVALID_REPLICA_ASSIGNMENT',
        `${more} partitions are new, but ${assignments.length} have brokers assigned.`,
      );
    }
    return assertAssignment(assignments, brokers, firstReplicas.length);
  }
  const [leader = 0] = firstReplicas;
  return placeReplicas({
    brokers,
    partitions: more,
    replicationFactor: firstReplicas.length,
    firstPartition: present,
    startIndex: Math.max(
      0,
      brokers.findIndex(({ id }) => id >= leader),
    ),
    random,
  });
}
