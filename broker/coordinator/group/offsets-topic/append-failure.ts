import type { ErrorName } from '../../../../client/protocol/error-codes';
import { describeError, KafkaClassicError } from '../../../../client/runtime/error';
import { GroupStorageError, type GroupStorageReason } from '../group-storage-error';

/**
 * What a failed append to the offsets topic means for who commits (Kafka's
 * GroupMetadataManager.storeOffsets). Everything else, timeouts included, is worth another try.
 */
const reasons: Partial<Record<ErrorName, GroupStorageReason>> = {
  NOT_LEADER_OR_FOLLOWER: 'taken',
  KAFKA_STORAGE_ERROR: 'taken',
  MESSAGE_TOO_LARGE: 'tooLarge',
  RECORD_LIST_TOO_LARGE: 'tooLarge',
};

/** The error for the group of a commit that could not be appended. */
export function appendFailure(groupId: string, error: unknown): GroupStorageError {
  if (error instanceof GroupStorageError) return error;
  const code = KafkaClassicError.is(error) ? error.code : '';
  const reason = reasons[code as ErrorName] ?? 'unavailable';
  const message = `The offsets of group ${groupId} could not be written: ${describeError(error)}`;
  return new GroupStorageError(reason, groupId, message, error);
}
