import { KafkaClassicError } from '../../client/runtime/error';

/** What the log answers when it cannot do what was asked. Codes are Kafka's error names. */
export abstract class LogError extends KafkaClassicError {}

/** The log directory has failed, is full, or is not there. Nothing of the append is in the log. */
export class LogStorageError extends LogError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'KAFKA_STORAGE_ERROR', retriable: true, advice, cause });
  }
}

/** The log was closed or deleted while the caller held on to it. */
export class LogClosedError extends LogError {
  constructor(partition: string) {
    super(`The log of ${partition} is closed.`, {
      code: 'NOT_LEADER_OR_FOLLOWER',
      retriable: true,
      advice: 'Refresh the metadata and ask the broker that hosts the partition now.',
    });
  }
}

/** The log is being truncated; appends wait until that is done. */
export class LogBusyError extends LogError {
  constructor(partition: string) {
    super(`The log of ${partition} is being truncated.`, {
      code: 'NOT_LEADER_OR_FOLLOWER',
      retriable: true,
      advice: 'Repeat the request; truncation ends in a moment.',
    });
  }
}

export class InvalidTimestampError extends LogError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_TIMESTAMP',
      retriable: false,
      advice:
        'Check the clock of the producer, or raise message.timestamp.before.max.ms or ' +
        'message.timestamp.after.max.ms of the topic.',
    });
  }
}

/** Records of a batch that a topic does not take, by their place in the batch (KIP-467). */
export interface RecordRefusal {
  readonly index: number;
  readonly message: string;
}

/** A compacted topic keeps the last record of each key: those without a key would be lost. */
export class MissingKeyError extends LogError {
  readonly recordErrors: readonly RecordRefusal[];

  /** @param indexes of the records without a key in their batch */
  constructor(indexes: readonly number[]) {
    super(`${indexes.length} records of a batch have no key, but the topic is compacted.`, {
      code: 'INVALID_RECORD',
      retriable: false,
      advice: 'Give every record a key, or set cleanup.policy of the topic to delete.',
    });
    this.recordErrors = indexes.map((index) => ({
      index,
      message: 'A compacted topic takes no record without a key.',
    }));
  }
}

export class RecordListTooLargeError extends LogError {
  constructor(size: number, max: number) {
    super(`${size} bytes of records do not fit in one segment of ${max} bytes.`, {
      code: 'RECORD_LIST_TOO_LARGE',
      retriable: false,
      advice: 'Send smaller batches, or raise segment.bytes of the topic.',
    });
  }
}

/** A producer's batch does not go on where the producer's records in the log end. */
export class OutOfOrderSequenceError extends LogError {
  constructor(producerId: number, epoch: number, sequence: number, expected: number) {
    super(
      `Producer ${producerId} in epoch ${epoch} sent sequence ${sequence}; ${expected} comes next.`,
      {
        code: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
        retriable: false,
        advice:
          'Send the missing batches first. If they can no longer be sent, go on in a new producer ' +
          'epoch at sequence 0.',
      },
    );
  }
}

/** A producer's batch is of an epoch that is over. */
export class InvalidProducerEpochError extends LogError {
  constructor(producerId: number, epoch: number, current: number) {
    super(`Producer ${producerId} wrote in epoch ${epoch}, but is in epoch ${current} already.`, {
      code: 'INVALID_PRODUCER_EPOCH',
      retriable: false,
      advice: 'Ask for a new producer id; an instance with a newer epoch has taken over.',
    });
  }
}

/** A read or DeleteRecords outside what the log holds. */
export class OffsetOutOfRangeError extends LogError {
  constructor(
    partition: string,
    readonly offset: number,
    readonly from: number,
    readonly to: number,
  ) {
    super(`Offset ${offset} of ${partition} is outside its log, which holds ${from} to ${to}.`, {
      code: 'OFFSET_OUT_OF_RANGE',
      retriable: false,
      advice: 'Start again at the earliest or the latest offset (auto.offset.reset).',
    });
  }
}

/** A follower was given batches that do not continue its log. */
export class UnexpectedOffsetError extends LogError {
  constructor(partition: string, firstOffset: number, logEndOffset: number) {
    super(
      `Batches for ${partition} begin at ${firstOffset}, below the log end ${logEndOffset}, ` +
        'or their offsets do not rise.',
      {
        code: 'UNKNOWN_SERVER_ERROR',
        retriable: true,
        advice: 'Truncate the follower to what it shares with the leader and fetch again.',
      },
    );
  }
}

export class PolicyViolationError extends LogError {
  constructor(partition: string) {
    super(`Records of ${partition} can only be deleted by compaction.`, {
      code: 'POLICY_VIOLATION',
      retriable: false,
      advice: 'Add delete to cleanup.policy of the topic first.',
    });
  }
}

/** A log directory that this broker must not use. Fatal at start. */
export class LogDirectoryError extends LogError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'LOG_DIRECTORY_UNUSABLE', retriable: false, advice, cause });
  }
}
