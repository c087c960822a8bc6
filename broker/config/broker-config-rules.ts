import type { BrokerConfigKey, BrokerConfigValue } from './broker-configs';
import { ConfigError } from './config-error';
import { formatAddress, type Listener } from './listeners';

/** What the rules look at; a BrokerConfig is one. */
export interface CheckedConfig {
  get<K extends BrokerConfigKey>(key: K): BrokerConfigValue<K>;
  isSet(key: BrokerConfigKey): boolean;
  readonly listeners: readonly Listener[];
  readonly advertisedListeners: readonly Listener[];
  readonly logDirs: readonly string[];
  findInterBrokerListener(): Listener | undefined;
}

type Rule = (config: CheckedConfig) => ConfigError | undefined;

const wildcards = ['0.0.0.0', '::'];

function duplicatePort(listeners: readonly Listener[]): Listener | undefined {
  return listeners.find(
    (one, index) =>
      one.port !== 0 &&
      listeners.some(
        (other, before) =>
          before < index &&
          other.port === one.port &&
          (other.host === one.host || !other.host || !one.host),
      ),
  );
}

/** What configs ask of each other, beyond what each may be by itself. */
export const brokerConfigRules: readonly Rule[] = [
  (config) =>
    config.get('zookeeper.connect') === null
      ? new ConfigError(
          'zookeeper.connect is not set.',
          ['zookeeper.connect'],
          'Name the ZooKeeper servers, for instance zookeeper.connect=localhost:2181.',
        )
      : undefined,
  (config) => {
    const id = config.get('broker.id');
    const largest = config.get('reserved.broker.max.id');
    if (!config.get('broker.id.generation.enable')) {
      return id < 0
        ? new ConfigError(
            `broker.id cannot be ${id} while broker.id.generation.enable is false: it must be at least 0.`,
            ['broker.id', 'broker.id.generation.enable'],
          )
        : undefined;
    }
    return id > largest
      ? new ConfigError(
          `broker.id cannot be ${id}: ids above reserved.broker.max.id (${largest}) are generated.`,
          ['broker.id', 'reserved.broker.max.id'],
          'Choose a smaller id or raise reserved.broker.max.id.',
        )
      : undefined;
  },
  (config) => {
    const twice = duplicatePort(config.listeners);
    return twice
      ? new ConfigError(
          `listeners uses port ${twice.port} twice.`,
          ['listeners'],
          'Give each listener a port of its own.',
        )
      : undefined;
  },
  (config) => {
    const unknown = config.advertisedListeners.find(
      ({ name }) => !config.listeners.some((listener) => listener.name === name),
    );
    return unknown
      ? new ConfigError(
          `advertised.listeners names the listener ${unknown.name}, which listeners does not.`,
          ['advertised.listeners', 'listeners'],
        )
      : undefined;
  },
  (config) => {
    const everywhere = config.advertisedListeners.find(({ host }) =>
      wildcards.includes(host as string),
    );
    return everywhere
      ? new ConfigError(
          `Nobody can connect to ${formatAddress(everywhere.host, everywhere.port)}, the address of the listener ${everywhere.name}.`,
          ['advertised.listeners'],
          'Set advertised.listeners to an address that clients can reach.',
        )
      : undefined;
  },
  (config) =>
    config.isSet('inter.broker.listener.name') && config.isSet('security.inter.broker.protocol')
      ? new ConfigError(
          'inter.broker.listener.name and security.inter.broker.protocol are both set.',
          ['inter.broker.listener.name', 'security.inter.broker.protocol'],
          'Keep one of them.',
        )
      : undefined,
  (config) =>
    config.findInterBrokerListener() === undefined
      ? new ConfigError(
          'There is no listener for the other brokers: none has the name or protocol that is asked for.',
          ['inter.broker.listener.name', 'security.inter.broker.protocol', 'advertised.listeners'],
          'Set inter.broker.listener.name to a name in advertised.listeners.',
        )
      : undefined,
  (config) => {
    const queued = config.get('queued.max.request.bytes');
    const largest = config.get('socket.request.max.bytes');
    return config.isSet('queued.max.request.bytes') && queued > 0 && queued < largest
      ? new ConfigError(
          `queued.max.request.bytes (${queued}) is less than socket.request.max.bytes (${largest}).`,
          ['queued.max.request.bytes', 'socket.request.max.bytes'],
        )
      : undefined;
  },
  (config) => {
    const wait = config.get('replica.fetch.wait.max.ms');
    const limits = ['replica.socket.timeout.ms', 'replica.lag.time.max.ms'] as const;
    const exceeded = limits.find((limit) => wait > config.get(limit));
    return exceeded
      ? new ConfigError(
          `replica.fetch.wait.max.ms (${wait}) is more than ${exceeded} (${config.get(exceeded)}).`,
          ['replica.fetch.wait.max.ms', exceeded],
        )
      : undefined;
  },
  (config) => {
    if (config.logDirs.length === 0) {
      return new ConfigError('log.dirs names no directory.', ['log.dirs', 'log.dir']);
    }
    return new Set(config.logDirs).size < config.logDirs.length
      ? new ConfigError('log.dirs names a directory twice.', ['log.dirs'])
      : undefined;
  },
];
