import {
  MissingPartitionError,
  type Admin,
  type OngoingReassignment,
  type PartitionItem,
} from '../../../client/admin';
import { KafkaClassicError } from '../../../client/runtime/error';
import { outcomes } from '../outcomes';
import { originalReplicas } from './moves';
import { inOrder, nameOf, type Assignment } from './reassignment-file';

/**
 * Where all partitions of some topics lie, by topic and number; topics that do not exist are left
 * out.
 */
export async function assignmentsOfTopics(
  admin: Pick<Admin, 'describeTopics'>,
  topics: readonly string[],
): Promise<Assignment[]> {
  const { succeeded, failures } = await outcomes(admin.describeTopics([...new Set(topics)]));
  for (const error of failures.values()) {
    const isMissing = KafkaClassicError.is(error) && error.code === 'UNKNOWN_TOPIC_OR_PARTITION';
    if (!isMissing) throw error;
  }
  const assignments = succeeded.flatMap(({ name: topic, partitions }) =>
    partitions.map(({ replicas }, partition) => ({ topic, partition, replicas })),
  );
  return inOrder(assignments);
}

/**
 * Where some partitions lie; where they came from if they are being moved, so that it can be gone
 * back to.
 *
 * @throws MissingPartitionError
 */
export async function assignmentsOfPartitions(
  admin: Pick<Admin, 'describeTopics'>,
  partitions: readonly PartitionItem[],
  ongoing: readonly OngoingReassignment[],
): Promise<Assignment[]> {
  const found = await assignmentsOfTopics(
    admin,
    partitions.map(({ topic }) => topic),
  );
  const byName = new Map(found.map((assignment) => [nameOf(assignment), assignment]));
  for (const { topic, partition, ...reassignment } of ongoing) {
    const replicas = originalReplicas(reassignment);
    byName.set(nameOf({ topic, partition }), { topic, partition, replicas });
  }
  const missing = partitions.filter((item) => !byName.has(nameOf(item))).map(nameOf);
  if (missing.length > 0) {
    throw new MissingPartitionError(`Unable to find partition: ${missing.join(', ')}.`);
  }
  return partitions.map((item) => byName.get(nameOf(item)) as Assignment);
}
