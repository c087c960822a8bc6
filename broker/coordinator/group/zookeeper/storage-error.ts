import { describeError } from '../../../../client/runtime/error';
import { GroupFencedError, ZkError } from '../../../../zk-coordination';
import { GroupStorageError } from '../group-storage-error';

/** In the terms of the coordinator. */
export function storageError(groupId: string, error: unknown): GroupStorageError {
  if (error instanceof GroupStorageError) return error;
  const told = `Group "${groupId}": ${describeError(error)}`;
  if (error instanceof GroupFencedError) {
    return new GroupStorageError('taken', groupId, told, error);
  }
  const reason = ZkError.hasCode(error, 'TOO_LARGE') ? 'tooLarge' : 'unavailable';
  return new GroupStorageError(reason, groupId, told, error);
}
