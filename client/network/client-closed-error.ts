import { KafkaClassicError } from '../runtime/error';

/** The client was closed before or while it was used. */
export class ClientClosedError extends KafkaClassicError {
  constructor(what = 'The client is closed.') {
    super(what, {
      code: 'CLIENT_CLOSED',
      retriable: false,
      advice: 'Make a new client, or close it later.',
    });
  }
}
