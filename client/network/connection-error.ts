import { KafkaClassicError } from '../runtime/error';
import { formatEndpoint, type Endpoint } from './endpoint';

/**
 * The connection to a broker could not be made or broke. Code `NETWORK_EXCEPTION`, retriable.
 */
export class ConnectionError extends KafkaClassicError {
  readonly host: string;
  readonly port: number;
  /** What happened, without the address. */
  readonly what: string;
  /**
   * Whether the broker may have received the request this error is given to: false means that it
   * certainly had no effect, true that nobody knows.
   */
  readonly maybeSent: boolean;

  constructor(endpoint: Endpoint, what: string, facts: { maybeSent: boolean; cause?: unknown }) {
    super(`${formatEndpoint(endpoint)}: ${what.replace(/\.?$/, '.')}`, {
      code: 'NETWORK_EXCEPTION',
      retriable: true,
      advice: 'Check that the broker runs and that its advertised address is reachable from here.',
      cause: facts.cause,
    });
    this.host = endpoint.host;
    this.port = endpoint.port;
    this.what = what;
    this.maybeSent = facts.maybeSent;
  }
}
