import { decodeSubscription, encodeAssignment } from '../../protocol/consumer-protocol';
import type { PartitionAssignor, PartitionCounts, SubscribedMember } from './assignors/assignor';
import type { EncodedShare } from './group-requests';
import { byTopic } from './topic-partitions';

/** A member as the coordinator tells the leader. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

/** What members say of themselves. @throws MalformedMessageError */
export function subscribedMembers(members: readonly JoinedMember[]): SubscribedMember[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => ({
    ...decodeSubscription(metadata),
    memberId,
    groupInstanceId,
  }));
}

/** Everything that anybody in the group reads. */
export function topicsOf(members: readonly SubscribedMember[]): string[] {
  return [...new Set(members.flatMap(({ topics }) => topics))];
}

/**
 * The leader's work: what each member gets, ready for SyncGroup.
 *
 * @throws what the assignor throws
 */
export async function assignAll(
  assignor: PartitionAssignor,
  counts: PartitionCounts,
  members: readonly SubscribedMember[],
): Promise<EncodedShare[]> {
  const shares = await assignor.assign(counts, members);
  return members.map(({ memberId }) => {
    const { partitions = [], userData = null } = shares.get(memberId) ?? {};
    const assignment = encodeAssignment({ topicPartitions: byTopic(partitions), userData });
    return { memberId, assignment };
  });
}
