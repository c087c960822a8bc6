import { KafkaClassicError } from '../../client/runtime/error';

/** The office was lost while an event was handled: what was to follow must not happen. */
export class TermOverError extends KafkaClassicError {
  constructor() {
    super('This broker is not the controller any more.', {
      code: 'CONTROLLER_TERM_OVER',
      retriable: true,
      advice: 'Ask the controller that is in office now.',
    });
  }
}
