import { parseEndpoint, type Endpoint } from '../../client/network';
import { describeError } from '../../client/runtime/error';
import { splitList } from '../../client/runtime/split-list';
import { ConfigError } from './config-error';

const KEY = 'inter.broker.endpoint.overrides';

/**
 * Parses `2=10.0.0.7:9092,3=[::1]:9093`: where this broker reaches others, by their ids.
 *
 * @throws ConfigError
 */
export function parseEndpointOverrides(text: string): Map<number, Endpoint> {
  const overrides = new Map<number, Endpoint>();
  for (const element of splitList(text)) {
    const [, id, address] = /^(\d{1,10})=(.+)$/.exec(element) ?? [];
    if (id === undefined || address === undefined) throw wrong(element, 'id=host:port is expected');
    try {
      overrides.set(Number(id), parseEndpoint(address));
    } catch (error) {
      throw wrong(element, describeError(error));
    }
  }
  return overrides;
}

function wrong(element: string, why: string): ConfigError {
  return new ConfigError(`${KEY} cannot contain "${element}": ${why}.`, [KEY]);
}
