import { KafkaClassicError } from '../../../client/runtime/error';

const reasons = {
  /** Another broker coordinates the group. */
  taken: { code: 'NOT_COORDINATOR', retriable: true, advice: 'Ask for the coordinator again.' },
  /** The storage cannot be reached, or the lease has run out. */
  unavailable: {
    code: 'COORDINATOR_NOT_AVAILABLE',
    retriable: true,
    advice:
      'Try again; the ZooKeeper ensemble or the offsets topic cannot be written at the moment.',
  },
  /** It is larger than the storage can hold. */
  tooLarge: {
    code: 'INVALID_COMMIT_OFFSET_SIZE',
    retriable: false,
    advice: 'Commit less metadata, or fewer partitions at once.',
  },
} as const;

export type GroupStorageReason = keyof typeof reasons;

/** Why a group could not be claimed, read or written. Its code is one of Kafka's. */
export class GroupStorageError extends KafkaClassicError {
  constructor(
    readonly reason: GroupStorageReason,
    readonly groupId: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, { ...reasons[reason], cause });
  }
}
