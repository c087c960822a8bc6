import { MalformedZnodeError } from './malformed-znode-error';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

/** Where clients and brokers reach a listener. */
export interface BrokerEndpoint {
  /** Name of the listener in capitals, e.g. `PLAINTEXT` or `INTERNAL`. */
  readonly listener: string;
  readonly host: string;
  readonly port: number;
  /** `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`. */
  readonly securityProtocol: string;
}

/** What a broker tells the cluster about itself. */
export interface BrokerRegistration {
  readonly id: number;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  /** −1 for none; we have none. */
  readonly jmxPort: number;
  /** Of the registration, ms since the epoch. */
  readonly timestamp: number;
  /** Supported finalised features and their version ranges. */
  readonly features: Readonly<Record<string, { min: number; max: number }>>;
}

/** Version 5 of the JSON in `/brokers/ids/<id>` (Kafka's `BrokerIdZNode`). */
export function encodeBroker(broker: BrokerRegistration): Buffer {
  // For clients older than version 2 of this JSON, which know one plaintext endpoint.
  const plain = broker.endpoints.find((one) => one.securityProtocol === 'PLAINTEXT');
  return encodeJson({
    version: 5,
    host: plain?.host ?? null,
    port: plain?.port ?? -1,
    endpoints: broker.endpoints.map(formatEndpoint),
    jmx_port: broker.jmxPort,
    timestamp: String(broker.timestamp),
    ...(broker.rack === null ? {} : { rack: broker.rack }),
    listener_security_protocol_map: Object.fromEntries(
      broker.endpoints.map((one) => [one.listener, one.securityProtocol]),
    ),
    features: Object.fromEntries(
      Object.entries(broker.features).map(([name, range]) => [
        name,
        { min_version: range.min, max_version: range.max },
      ]),
    ),
  });
}

/**
 * Reads versions 1 to 5, and later ones as far as they still hold the fields of version 5.
 *
 * @throws MalformedZnodeError
 */
export function decodeBroker(id: number, data: Buffer | null): BrokerRegistration {
  const json = ZnodeJson.parse(paths.broker(id), data);
  const version = json.int('version');
  if (version < 1) throw json.wrong('version', 'a version we know');
  const features = json.object('features', true);
  return {
    id,
    endpoints: version === 1 ? [loneEndpoint(json)] : endpointsOf(id, json),
    rack: json.nullableString('rack'),
    jmxPort: json.int('jmx_port', -1),
    timestamp: json.longString('timestamp', 0),
    features: Object.fromEntries(
      features.keys.map((name) => {
        const range = features.object(name);
        return [name, { min: range.int('min_version'), max: range.int('max_version') }];
      }),
    ),
  };
}

function formatEndpoint({ listener, host, port }: BrokerEndpoint): string {
  return `${listener}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function loneEndpoint(json: ZnodeJson): BrokerEndpoint {
  return {
    listener: 'PLAINTEXT',
    host: json.string('host'),
    port: json.int('port'),
    securityProtocol: 'PLAINTEXT',
  };
}

function endpointsOf(id: number, json: ZnodeJson): BrokerEndpoint[] {
  const protocols = json.object('listener_security_protocol_map', true);
  return json.strings('endpoints').map((text) => {
    const [, name, host, port] = /^(.+):\/\/\[?([^\]]*?)\]?:(-?\d+)$/.exec(text) ?? [];
    if (name === undefined || host === undefined || port === undefined) {
      throw new MalformedZnodeError(paths.broker(id), `endpoint "${text}" is not NAME://host:port`);
    }
    const listener = name.toUpperCase();
    // Before version 4 a listener was named after its protocol.
    const securityProtocol = protocols.string(name, listener);
    return { listener, host, port: Number(port), securityProtocol };
  });
}
