import { isIP } from 'node:net';
import { splitList } from '../../client/runtime/split-list';
import { ConfigError } from './config-error';

const KEY = 'max.connections.per.ip.overrides';

/**
 * Parses `127.0.0.1:200,[::1]:100` (the brackets may be left out). Addresses only: the name of a
 * machine would have to be looked up again and again.
 *
 * @throws ConfigError
 */
export function parseIpOverrides(text: string): Map<string, number> {
  const limits = new Map<string, number>();
  for (const element of splitList(text)) {
    const colon = element.lastIndexOf(':');
    const address = element.slice(0, colon).replace(/^\[|\]$/g, '');
    const limit = element.slice(colon + 1);
    if (isIP(address) === 0 || !/^\d{1,10}$/.test(limit)) {
      throw new ConfigError(
        `${KEY} cannot contain "${element}": address:limit is expected, such as 10.0.0.7:200.`,
        [KEY],
      );
    }
    limits.set(address, Number(limit));
  }
  return limits;
}
