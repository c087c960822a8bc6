import { KafkaClassicError } from '../runtime/error';

/** A record is not one. Code `INVALID_RECORD`; it was not sent. */
export class InvalidRecordError extends KafkaClassicError {
  constructor(topic: string, field: 'key' | 'value', given: unknown) {
    super(`The ${field} of a record for topic "${topic}" is of type ${typeof given}.`, {
      code: 'INVALID_RECORD',
      retriable: false,
      advice: `Give a string, a Buffer or Uint8Array, or null${field === 'value' ? ' for a tombstone' : ''}.`,
    });
  }
}
