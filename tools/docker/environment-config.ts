import { brokerConfigDefinition, brokerConfigs } from '../../broker/config/broker-configs';
import { unknownConfig } from '../../broker/config/check-properties';
import { ConfigError } from '../../broker/config/config-error';

const PREFIX = 'KAFKA_';

/** Variables with our prefix that are meant for a JVM; people bring them along from other images. */
const FOR_A_JVM = /^KAFKA_(HEAP_OPTS|OPTS|JVM_PERFORMANCE_OPTS|GC_LOG_OPTS|JMX_.+|LOG4J_.+)$/;
/**
 * Variables that Kubernetes sets for a Service whose name begins with "kafka", in the manner of
 * Docker's links: nobody wrote them, so they must not keep the broker from starting.
 */
const OF_A_SERVICE = /^KAFKA_(.+_)?(SERVICE_(HOST|PORT)(_.+)?|PORT_\d+_(TCP|UDP|SCTP)(_.+)?)$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;
/** Read by the tools themselves, see run-directory.ts. */
const OF_THIS_PROJECT = /^KAFKA_CLASSIC_/;

/** What the environment says about the configs of the broker. */
export interface EnvironmentConfig {
  /** By Kafka's names. */
  readonly properties: Readonly<Record<string, string>>;
  /** Variables that are set in vain, each as a sentence. */
  readonly notes: readonly string[];
}

/**
 * `KAFKA_ADVERTISED_LISTENERS` → `advertised.listeners`, as Kafka's images do it: `_` stands for a
 * dot, `__` for an underscore, `___` for a dash.
 */
export function configNameOf(variable: string): string {
  const characters = { _: '.', __: '_', ___: '-' };
  return variable
    .slice(PREFIX.length)
    .toLowerCase()
    .replace(/_{1,3}/g, (run) => characters[run as keyof typeof characters]);
}

/** The variable that sets a config: the inverse of {@link configNameOf}. */
export function variableOf(config: string): string {
  const runs = { '.': '_', _: '__', '-': '___' };
  const name = config.replace(/[._-]/g, (character) => runs[character as keyof typeof runs]);
  return PREFIX + name.toUpperCase();
}

/**
 * The broker configs that `KAFKA_…` variables set. Values are not looked at; the broker checks them
 * as it checks those of its file.
 *
 * @throws ConfigError naming every variable that stands for no config of the broker
 */
export function configFromEnvironment(env: NodeJS.ProcessEnv): EnvironmentConfig {
  const properties: Record<string, string> = {};
  const notes: string[] = [];
  const problems: ConfigError[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (value === undefined || !variable.startsWith(PREFIX)) continue;
    if (OF_THIS_PROJECT.test(variable) || isOfService(variable, value)) continue;
    const config = configNameOf(variable);
    if (FOR_A_JVM.test(variable)) {
      notes.push(
        `${variable} has no effect: this broker runs on Node.js, which has NODE_OPTIONS for its own options.`,
      );
    } else if (brokerConfigDefinition(config) === undefined) {
      problems.push(unknownVariable(variable, config));
    } else {
      properties[config] = value;
    }
  }
  if (problems.length > 0) throw ConfigError.all(problems);
  return { properties, notes };
}

function isOfService(variable: string, value: string): boolean {
  if (OF_A_SERVICE.test(variable)) return true;
  return variable.endsWith('_PORT') && SERVICE_ADDRESS.test(value);
}

function unknownVariable(variable: string, config: string): ConfigError {
  const known = Object.keys(brokerConfigs);
  const { message, advice } = unknownConfig(config, 'broker', known);
  const meant = known.find((name) => advice.includes(` ${name}?`));
  return new ConfigError(
    `The variable ${variable} cannot be used: ${message}`,
    [config],
    meant === undefined ? advice : `Did you mean ${variableOf(meant)}?`,
  );
}
