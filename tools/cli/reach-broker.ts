import {
  Connection,
  ConnectionError,
  formatEndpoint,
  parseEndpoint,
  resolveClientOptions,
  type ClientOptions,
} from '../../client/network';
import { describeError, KafkaClassicError } from '../../client/runtime/error';

/**
 * Makes sure that one of the brokers answers. The client itself would keep trying for a minute; a
 * person in front of a terminal wants to know at once.
 *
 * @throws KafkaClassicError NO_BROKER_REACHABLE telling why, for each address
 */
export async function mustReachBroker(
  brokers: readonly string[],
  options: Omit<ClientOptions, 'brokers'>,
): Promise<void> {
  const endpoints = brokers.map(parseEndpoint);
  const resolved = resolveClientOptions({ ...options, brokers });
  const attempts = endpoints.map(async (endpoint) => {
    const connection = await Connection.open(endpoint, resolved);
    connection.close();
  });
  try {
    await Promise.any(attempts);
  } catch (error) {
    const { errors } = error as AggregateError;
    const reasons = endpoints.map((at, i) => `${formatEndpoint(at)}: ${reasonOf(errors[i])}`);
    throw new KafkaClassicError(`No broker answers at ${reasons.join('; ')}.`, {
      code: 'NO_BROKER_REACHABLE',
      retriable: true,
      advice: 'Check that the brokers run and that the addresses are right.',
      cause: errors[0],
    });
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof ConnectionError ? error.what : describeError(error);
  return text.replace(/\.$/, '');
}
