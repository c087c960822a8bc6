import { KafkaClassicError } from '../../client/runtime/error';

/** A file that kafka-dump-log was asked for cannot be read at all. */
export class DumpLogError extends KafkaClassicError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'FILE_UNREADABLE', retriable: false, advice, cause });
  }
}
