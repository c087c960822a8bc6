import { decodeAssignment } from '../../../client/protocol/consumer-protocol';
import type { StoredGroup } from './stored-group';

/**
 * Who owns which partition, as far as the assignments say so: those of other protocol types than
 * `consumer` are nobody's business, and nobody has promised that the bytes of a custom assignor can
 * be read.
 *
 * @returns member ids by topic and partition
 */
export function partitionOwners({
  protocolType,
  members,
}: StoredGroup): Map<string, Map<number, string>> {
  const owners = new Map<string, Map<number, string>>();
  if (protocolType !== 'consumer') return owners;
  for (const { memberId, assignment } of members) {
    for (const { topic, partitions } of readable(assignment)) {
      const ofTopic = owners.get(topic) ?? new Map<number, string>();
      owners.set(topic, ofTopic);
      for (const partition of partitions) ofTopic.set(partition, memberId);
    }
  }
  return owners;
}

function readable(assignment: Buffer) {
  try {
    return decodeAssignment(assignment).topicPartitions;
  } catch {
    return [];
  }
}
