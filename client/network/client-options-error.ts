import { KafkaClassicError } from '../runtime/error';

/** An option given to the client makes no sense. */
export class ClientOptionsError extends KafkaClassicError {
  constructor(message: string, advice: string) {
    super(message, { code: 'CLIENT_OPTIONS_INVALID', retriable: false, advice });
  }
}
