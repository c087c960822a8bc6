import { ConfigSource } from '../../client/protocol/messages/describe-configs';
import type { Endpoint } from '../../client/network';
import { splitList } from '../../client/runtime/split-list';
import {
  brokerConfigDefinition,
  brokerConfigs,
  type BrokerConfigKey,
  type BrokerConfigValue,
} from './broker-configs';
import { brokerConfigRules, type CheckedConfig } from './broker-config-rules';
import { checkProperties, type Properties } from './check-properties';
import type { ConfigDefinition } from './config-definition';
import { ConfigError } from './config-error';
import { parseEndpointOverrides } from './endpoint-overrides';
import { parseIpOverrides } from './ip-overrides';
import { parseListeners, parseSecurityProtocolMap, type Listener } from './listeners';
import { resolve, type Candidate, type ResolvedConfig } from './resolved-config';

/** Configs kept in ZooKeeper, which go before the file (KIP-226). */
export interface DynamicProperties {
  /** Of all brokers (`/config/brokers/<default>`). */
  readonly defaults?: Properties;
  /** Of this broker (`/config/brokers/<id>`). */
  readonly broker?: Properties;
}

/** Where the broker serves HTTP. */
export interface HttpAddress {
  /** Undefined: all interfaces. */
  readonly host: string | undefined;
  readonly port: number;
}

/** An address to tell others. */
export interface AdvertisedEndpoint extends Listener {
  readonly host: string;
}

/**
 * The configs of one broker, checked and typed. Never changes; {@link withDynamic} makes another.
 *
 * A value comes from the first of: dynamic for this broker, dynamic for all, the file, the default;
 * within each the config itself goes before its synonyms (`log.retention.ms` before `.minutes`
 * before `.hours`).
 */
export class BrokerConfig implements CheckedConfig {
  private readonly resolvedConfigs = new Map<string, ResolvedConfig>();
  private readonly layers: readonly { source: number; properties: Properties }[];
  readonly listeners: readonly Listener[];
  /** As configured; {@link advertisedEndpoints} fills in what is known only at run time. */
  readonly advertisedListeners: readonly Listener[];
  readonly logDirs: readonly string[];
  /** Undefined: no HTTP. */
  readonly httpAddress: HttpAddress | undefined;
  /** `max.connections.per.ip.overrides`: connections allowed by address. */
  readonly connectionsPerIpOverrides: ReadonlyMap<string, number>;
  /** `inter.broker.endpoint.overrides`: where other brokers are reached, by id. */
  readonly peerEndpointOverrides: ReadonlyMap<number, Endpoint>;

  private constructor(
    /** What the file and the command line say, word for word. */
    readonly originals: Properties,
    dynamic: DynamicProperties,
  ) {
    this.layers = [
      { source: ConfigSource.DYNAMIC_BROKER_CONFIG, properties: dynamic.broker ?? {} },
      { source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, properties: dynamic.defaults ?? {} },
      { source: ConfigSource.STATIC_BROKER_CONFIG, properties: originals },
    ];
    for (const [key, definition] of Object.entries(brokerConfigs)) {
      const known = definition as ConfigDefinition;
      const candidates = this.candidates(key, known);
      this.resolvedConfigs.set(key, resolve(key, known, candidates, ConfigSource.DEFAULT_CONFIG));
    }
    const protocolOf = parseSecurityProtocolMap(this.get('listener.security.protocol.map'));
    const advertised = this.get('advertised.listeners');
    this.listeners = parseListeners('listeners', this.get('listeners'), protocolOf);
    this.advertisedListeners =
      advertised === null
        ? this.listeners
        : parseListeners('advertised.listeners', advertised, protocolOf);
    this.logDirs = splitList(this.get('log.dirs'));
    this.httpAddress = parseHttpAddress(this.get('http.listener'));
    this.connectionsPerIpOverrides = parseIpOverrides(this.get('max.connections.per.ip.overrides'));
    this.peerEndpointOverrides = parseEndpointOverrides(
      this.get('inter.broker.endpoint.overrides'),
    );
  }

  /**
   * @param originals names and texts of `server.properties` and of `--override`
   * @throws {@link ConfigError} telling everything that is wrong
   */
  static create(originals: Properties, dynamic: DynamicProperties = {}): BrokerConfig {
    const problems = [originals, dynamic.defaults ?? {}, dynamic.broker ?? {}].flatMap(
      (properties) => checkProperties(properties, brokerConfigs, 'broker'),
    );
    if (problems.length > 0) throw ConfigError.all(problems);
    const config = new BrokerConfig(originals, dynamic);
    const broken = brokerConfigRules.flatMap((rule) => rule(config) ?? []);
    if (broken.length > 0) throw ConfigError.all(broken);
    return config;
  }

  /** The same file under other dynamic configs. @throws {@link ConfigError} */
  withDynamic(dynamic: DynamicProperties): BrokerConfig {
    return BrokerConfig.create(this.originals, dynamic);
  }

  /** The value of a config, synonyms and defaults considered; null when it is not set at all. */
  get<K extends BrokerConfigKey>(key: K): BrokerConfigValue<K> {
    return this.resolved(key).value as BrokerConfigValue<K>;
  }

  /** The value with all there is to tell about it. */
  resolved(key: BrokerConfigKey): ResolvedConfig {
    return this.resolvedConfigs.get(key) as ResolvedConfig;
  }

  /** Whether somebody set this config under its own name. */
  isSet(key: BrokerConfigKey): boolean {
    return this.layers.some(({ properties }) => Object.hasOwn(properties, key));
  }

  /** The listener over which other brokers reach this one. */
  get interBrokerListener(): Listener {
    return this.findInterBrokerListener() as Listener;
  }

  findInterBrokerListener(): Listener | undefined {
    const name = this.get('inter.broker.listener.name')?.toUpperCase();
    const protocol = this.get('security.inter.broker.protocol');
    return this.advertisedListeners.find((listener) =>
      name === undefined ? listener.securityProtocol === protocol : listener.name === name,
    );
  }

  /**
   * What to register and to answer in Metadata.
   *
   * @param boundPort the port a listener is bound to, for those configured with port 0
   * @param machineName takes the place of a host that is not configured
   */
  advertisedEndpoints(
    boundPort: (listenerName: string) => number,
    machineName: string,
  ): AdvertisedEndpoint[] {
    return this.advertisedListeners.map((listener) => ({
      ...listener,
      host: listener.host ?? machineName,
      port: listener.port || boundPort(listener.name),
    }));
  }

  private candidates(key: string, definition: ConfigDefinition): Candidate[] {
    const chain = [{ key, times: 1 }, ...definition.fallbacks];
    const set = this.layers.flatMap(({ source, properties }) =>
      chain
        .filter((link) => Object.hasOwn(properties, link.key))
        .map(({ key: name, times }) => ({ name, text: properties[name], source, times })),
    );
    const defaults = chain.flatMap(({ key: name, times }) => {
      const text = brokerConfigDefinition(name)?.default;
      return text == null ? [] : [{ name, text, source: ConfigSource.DEFAULT_CONFIG, times }];
    });
    return [...set, ...defaults];
  }
}

function parseHttpAddress(text: string): HttpAddress | undefined {
  if (text === '') return undefined;
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host: host || undefined, port: Number(text.slice(colon + 1)) };
}
