import { KafkaClassicError } from '../runtime/error';
import { formatEndpoint, type Endpoint } from './endpoint';

/**
 * No response came within the request's timeout. Code `REQUEST_TIMED_OUT`, retriable. The broker
 * may still carry the request out.
 */
export class RequestTimeoutError extends KafkaClassicError {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** False when the request was still waiting for its turn and never left. */
  readonly maybeSent: boolean;

  constructor(endpoint: Endpoint, apiName: string, timeoutMs: number, maybeSent: boolean) {
    const what = maybeSent ? 'was not answered' : 'could not be sent';
    super(`${formatEndpoint(endpoint)}: ${apiName} ${what} within ${timeoutMs} ms.`, {
      code: 'REQUEST_TIMED_OUT',
      retriable: true,
      advice: 'Repeat; when it happens often, look at the load of the broker or raise the timeout.',
    });
    this.host = endpoint.host;
    this.port = endpoint.port;
    this.timeoutMs = timeoutMs;
    this.maybeSent = maybeSent;
  }
}
