import { ProtocolError } from '../protocol/protocol-error';
import { describeError, KafkaClassicError } from '../runtime/error';
import { formatPartition, type TopicPartition } from './topic-partition';

/** The position is not in the partition, and `autoOffsetReset` is `'none'`. */
export class OffsetOutOfRangeError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;
  /** The position; undefined when there was none to begin with. */
  readonly offset: number | undefined;

  constructor(at: TopicPartition, offset: number | undefined) {
    const where = formatPartition(at);
    super(
      offset === undefined
        ? `There is no position to read ${where} from.`
        : `Offset ${offset} is not in ${where}: it was deleted, or never written.`,
      {
        code: offset === undefined ? 'NO_OFFSET_FOR_PARTITION' : 'OFFSET_OUT_OF_RANGE',
        retriable: false,
        advice: 'Seek to an offset between the begin and the end, or set autoOffsetReset.',
      },
    );
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = offset;
  }
}

/**
 * Records that were read are not in the log any more: a replica that did not have them has become
 * the leader (KIP-320). Comes when `autoOffsetReset` is `'none'`; otherwise a warning is logged and
 * reading goes on at `divergentOffset`.
 */
export class LogTruncationError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;
  /** The position. */
  readonly offset: number;
  /**
   * First offset from which on the records may be others than those that were read; undefined when
   * the log does not tell.
   */
  readonly divergentOffset: number | undefined;

  constructor(at: TopicPartition, offset: number, divergentOffset: number | undefined) {
    super(textOfTruncation(at, offset, divergentOffset), {
      code: 'LOG_TRUNCATION',
      retriable: false,
      advice:
        'Undo what was made of the lost records if that matters, then seek to ' +
        `${divergentOffset ?? 'an offset between the begin and the end'}; or set autoOffsetReset.`,
    });
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = offset;
    this.divergentOffset = divergentOffset;
  }
}

/** What happened, for the error and for the log. */
export function textOfTruncation(
  at: TopicPartition,
  offset: number,
  divergentOffset: number | undefined,
): string {
  const from = divergentOffset === undefined ? '' : ` from offset ${divergentOffset} on`;
  return `${formatPartition(at)} was read up to offset ${offset}, and its records${from} are not in the log any more.`;
}

/**
 * Records that cannot be read: wrong checksum, wrong structure, a codec that is missing here. The
 * position stays at them, so the next poll fetches them again. `code` is that of the cause.
 */
export class UnreadableRecordsError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;
  /** First offset that cannot be read. */
  readonly offset: number;
  /** Where reading may go on, as far as the bytes tell; undefined when they do not. */
  readonly nextOffset: number | undefined;

  constructor(at: TopicPartition, offset: number, nextOffset: number | undefined, cause: unknown) {
    super(`The records at ${formatPartition(at)}@${offset} cannot be read: ${textOf(cause)}`, {
      code: KafkaClassicError.is(cause) ? cause.code : 'CORRUPT_MESSAGE',
      retriable: true,
      advice:
        'Poll again to fetch them once more; when it stays, look for damage at the broker, or seek ' +
        (nextOffset === undefined ? 'past them.' : `to ${nextOffset} to pass over them.`),
      cause,
    });
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = offset;
    this.nextOffset = nextOffset;
  }
}

/** A partition cannot be read until somebody changes something, a permission for instance. */
export class PartitionReadError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;

  constructor(at: TopicPartition, cause: unknown) {
    const known = KafkaClassicError.is(cause) ? cause : new ProtocolError('UNKNOWN_SERVER_ERROR');
    super(`${formatPartition(at)} cannot be read: ${textOf(cause)}`, {
      code: known.code,
      retriable: known.retriable,
      advice: known.advice,
      cause,
    });
    this.topic = at.topic;
    this.partition = at.partition;
  }
}

/** Somebody called `wakeup` while, or before, a poll waited. Nothing is lost. */
export class WakeupError extends KafkaClassicError {
  constructor() {
    super('The poll was woken up.', {
      code: 'WAKEUP',
      retriable: true,
      advice: 'Poll again when there is nothing else to do.',
    });
  }
}

/** A call that the consumer's state does not allow. */
export class ConsumerStateError extends KafkaClassicError {
  constructor(message: string, advice: string) {
    super(message, { code: 'CONSUMER_STATE', retriable: false, advice });
  }

  static notAssigned(at: TopicPartition): ConsumerStateError {
    return new ConsumerStateError(
      `${formatPartition(at)} is not assigned to this consumer.`,
      'Assign it first.',
    );
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : describeError(cause);
}

/** Subscription and assignment exclude each other. */
export function groupOrAssignment(): ConsumerStateError {
  return new ConsumerStateError(
    'A consumer is either given its partitions by a group or assigned them by the application.',
    'Use subscribe or assign, not both; unsubscribe in between.',
  );
}

/** Something else was given where an offset has to be. */
export function notAnOffset(at: TopicPartition, offset: number): ConsumerStateError {
  return new ConsumerStateError(
    `${offset} is not an offset of ${formatPartition(at)}.`,
    "Give a whole number from 0 on; seek also takes 'earliest', 'latest' and a timestamp.",
  );
}
