import { ClientOptionsError } from './client-options-error';

/** Where a broker listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const NAME = /^([^:/\s[\]]+):(\d{1,5})$/;
const IPV6 = /^\[([0-9a-f:.]+(?:%[^\]\s]+)?)\]:(\d{1,5})$/i;

/**
 * Parses `host:port`, where the host is a name, an IPv4 address or an IPv6 address in brackets.
 *
 * @throws ClientOptionsError when the text is something else
 */
export function parseEndpoint(text: string): Endpoint {
  const match = NAME.exec(text.trim()) ?? IPV6.exec(text.trim());
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65535) {
    throw new ClientOptionsError(
      `"${text}" is not the address of a broker.`,
      'Write host:port, for instance localhost:9092, or [::1]:9092 for IPv6.',
    );
  }
  return { host: match[1], port };
}

/** `host:port`, with brackets around IPv6 addresses. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
