import { KafkaClassicError } from '../../runtime/error';

/**
 * Offsets were not committed because this consumer does not own the partitions any more, or was
 * thrown out of its group. Whoever owns them now begins at the last offset that was committed.
 */
export class CommitFailedError extends KafkaClassicError {
  constructor(why: string, cause?: unknown) {
    super(`The offsets were not committed: ${why}`, {
      code: 'COMMIT_FAILED',
      retriable: false,
      advice:
        'Nothing can be done about these offsets. If the handler takes longer than ' +
        'maxPollIntervalMs, raise that or lower maxPollRecords; if the process stands still longer ' +
        'than sessionTimeoutMs, raise that.',
      cause,
    });
  }
}
