import { KafkaClassicError } from '../../client/runtime/error';

/** The command line itself is wrong: nothing was attempted. Ends a tool with exit code 2. */
export class UsageError extends KafkaClassicError {
  constructor(message: string, advice = 'See --help.') {
    super(message, { code: 'USAGE', retriable: false, advice });
  }
}
