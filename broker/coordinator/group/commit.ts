import { ProtocolError } from '../../../client/protocol/protocol-error';
import { inTime } from '../../../client/runtime/in-time';
import type { Group } from './group';
import { GroupStorageError } from './group-storage-error';
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
 * Stores offsets. Resolves when they are stored. What takes longer than `offsets.commit.timeout.ms`
 * is refused, so that whatever its client has sent behind it gets its turn; it may be stored later,
 * before anything that is committed after it.
 *
 * @throws ProtocolError, GroupStorageError
 */
export async function commit(group: Group, request: CommitRequest): Promise<void> {
  assertMayCommit(group, request);
  const { clock, configs } = group.environment;
  const ms = configs().commitTimeoutMs;
  await inTime(saveOffsets(group, request.changes), ms, clock, () => {
    const told = `The offsets of group ${group.id} could not be written within ${ms} ms.`;
    return new GroupStorageError('unavailable', group.id, told);
  });
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
