import { KafkaClassicError } from '../../client/runtime/error';

/** An admin tool could not do what it was asked for. Ends it with exit code 1. */
export class AdminToolError extends KafkaClassicError {
  constructor(message: string, facts: { code: string; advice: string; cause?: unknown }) {
    super(message, { retriable: false, ...facts });
  }
}
