import { splitList } from '../../client/runtime/split-list';
import { ConfigError } from './config-error';

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type SecurityProtocol = (typeof protocols)[number];

/** An address of the broker, for listening or for telling others. */
export interface Listener {
  /** In capitals, as Kafka compares them. */
  readonly name: string;
  /** Undefined: all interfaces when listening, the name of the machine when advertised. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly securityProtocol: SecurityProtocol;
}

const LISTENER = /^([^:/\s]+):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([^:/[\]\s]*)):(\d{1,5})$/;

/** @throws ConfigError */
export function parseSecurityProtocolMap(text: string): Map<string, SecurityProtocol> {
  const key = 'listener.security.protocol.map';
  const map = new Map<string, SecurityProtocol>();
  for (const element of splitList(text)) {
    const [name = '', protocol = ''] = element.split(':').map((part) => part.trim().toUpperCase());
    if (!name || !(protocols as readonly string[]).includes(protocol)) {
      throw new ConfigError(
        `${key} cannot contain "${element}": NAME:PROTOCOL with one of ${protocols.join(', ')} is expected.`,
        [key],
      );
    }
    map.set(name, protocol as SecurityProtocol);
  }
  return map;
}

/**
 * Parses `NAME://host:port,…`. IPv6 addresses stand in brackets.
 *
 * @param key the config the text is from, for errors
 * @throws ConfigError for text of another form, unknown names, names or ports given twice
 */
export function parseListeners(
  key: string,
  text: string,
  protocolOf: ReadonlyMap<string, SecurityProtocol>,
): Listener[] {
  const listeners = splitList(text).map((element) => parseListener(key, element, protocolOf));
  if (listeners.length === 0) {
    throw new ConfigError(`${key} must name at least one listener.`, [key]);
  }
  const names = new Set<string>();
  for (const { name } of listeners) {
    if (names.has(name)) throw new ConfigError(`${key} names the listener ${name} twice.`, [key]);
    names.add(name);
  }
  return listeners;
}

function parseListener(
  key: string,
  element: string,
  protocolOf: ReadonlyMap<string, SecurityProtocol>,
): Listener {
  const match = LISTENER.exec(element);
  const port = Number(match?.[4]);
  if (!match || port > 65535) {
    throw new ConfigError(
      `${key} cannot contain "${element}": NAME://host:port is expected, such as PLAINTEXT://localhost:9092.`,
      [key],
    );
  }
  const name = match[1].toUpperCase();
  const securityProtocol = protocolOf.get(name);
  if (!securityProtocol) {
    throw new ConfigError(
      `${key} names the listener ${name}, which has no security protocol.`,
      [key, 'listener.security.protocol.map'],
      `Add ${name}:PLAINTEXT to listener.security.protocol.map.`,
    );
  }
  if (securityProtocol !== 'PLAINTEXT') {
    throw new ConfigError(
      `${key} asks for ${securityProtocol} on the listener ${name}, which this version does not speak.`,
      [key],
      'Use PLAINTEXT.',
    );
  }
  return { name, host: match[2] || match[3] || undefined, port, securityProtocol };
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function formatAddress(host: string | undefined, port: number): string {
  return `${host?.includes(':') ? `[${host}]` : (host ?? '')}:${port}`;
}
