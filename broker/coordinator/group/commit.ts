import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Group } from './group';
import { knownMember } from './join';
import type { OffsetChange } from './stored-group';

export interface CommitRequest {
  /** Mostly empty outside of a group. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Below 0 outside of a group. */
  readonly generation: number;
  readonly changes: readonly OffsetChange[];
}

/**
 * Stores offsets. Resolves when they are stored.
 *
 * @throws ProtocolError, GroupStorageError
 */
export async function commit(group: Group, request: CommitRequest): Promise<void> {
  assertMayCommit(group, request);
  await saveOffsets(group, request.changes);
}

/** Stores offsets, or forgets them, and takes over what was stored. */
export async function saveOffsets(group: Group, changes: readonly OffsetChange[]): Promise<void> {
  if (changes.length === 0) return;
  group.offsetWrites++;
  try {
    await group.claim.saveOffsets(changes);
  } finally {
    group.offsetWrites--;
  }
  group.offsets.apply(changes);
}

/** Kafka's GroupCoordinator.validateOffsetCommit and doCommitOffsets. */
function assertMayCommit(group: Group, request: CommitRequest): void {
  const { memberId, groupInstanceId, generation } = request;
  // Somebody who keeps offsets here without being a member, whatever it calls itself.
  if (generation < 0 && group.state === 'Empty') return;
  const member = knownMember(group, memberId, groupInstanceId);
  if (generation !== group.generation) throw new ProtocolError('ILLEGAL_GENERATION');
  group.touch(member);
  if (group.state === 'CompletingRebalance') throw new ProtocolError('REBALANCE_IN_PROGRESS');
}
