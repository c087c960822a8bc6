import { KafkaClassicError, describeError } from '../runtime/error';
import { splitList } from '../runtime/split-list';
import type { BootstrapServers } from './client-options';
import { ClientOptionsError } from './client-options-error';
import { parseEndpoint, type Endpoint } from './endpoint';

/** None of the brokers known could be reached. Code `NO_BROKER_REACHABLE`, retriable. */
export class NoBrokerReachableError extends KafkaClassicError {
  /** What each attempt ended with. */
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    const reasons = errors.map((error) =>
      error instanceof Error ? error.message : describeError(error),
    );
    super(`No broker can be reached. ${reasons.join(' ')}`, {
      code: 'NO_BROKER_REACHABLE',
      retriable: true,
      advice: 'Check that the brokers run and that the addresses are right.',
      cause: errors[0],
    });
    this.errors = errors;
  }
}

/**
 * The addresses to begin with. A function is asked each time, so that it can follow a cluster that
 * has moved.
 *
 * @throws ClientOptionsError when there is no address or one that is none
 */
export async function bootstrapEndpoints(servers: BootstrapServers): Promise<Endpoint[]> {
  const list = typeof servers === 'function' ? await servers() : servers;
  const addresses = list.flatMap(splitList);
  if (addresses.length === 0) {
    throw new ClientOptionsError('There is no broker to begin with.', 'Name at least one.');
  }
  return addresses.map(parseEndpoint);
}

/** A random order, so that not all clients begin with the same broker. */
export function shuffled<T>(items: Iterable<T>, random: () => number): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
