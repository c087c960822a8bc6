import { ProtocolError } from '../../client/protocol/protocol-error';

/**
 * Checks an assignment made by hand: partitions numbered from 0 without holes, all with the same
 * number of distinct, live brokers.
 *
 * @param replicationFactor what all must have; by default what the first has
 * @throws ProtocolError INVALID_REPLICA_ASSIGNMENT
 */
export function assertAssignment(
  assignment: readonly (readonly number[] | undefined)[],
  brokers: readonly { readonly id: number }[],
  replicationFactor = assignment[0]?.length ?? 0,
): (readonly number[])[] {
  const live = new Set(brokers.map(({ id }) => id));
  return assignment.map((replicas, index) => {
    const problem = problemOf(replicas, live, replicationFactor);
    if (problem !== undefined || !replicas) {
      throw new ProtocolError('INVALID_REPLICA_ASSIGNMENT', `Partition ${index}: ${problem}`);
    }
    return replicas;
  });
}

function problemOf(
  replicas: readonly number[] | undefined,
  live: ReadonlySet<number>,
  replicationFactor: number,
): string | undefined {
  if (!replicas) return 'it is missing; partitions are numbered from 0 without holes.';
  if (replicas.length === 0) return 'no broker is assigned.';
  if (replicas.length !== replicationFactor) {
    return `it has ${replicas.length} replicas where others have ${replicationFactor}.`;
  }
  if (new Set(replicas).size < replicas.length) return 'a broker is named twice.';
  const unknown = replicas.find((id) => !live.has(id));
  return unknown === undefined ? undefined : `broker ${unknown} is not alive.`;
}
