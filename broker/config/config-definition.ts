/** Kafka's types of config values. A `long` is a JS number here; see {@link parseConfig}. */
export type ValueType =
  'boolean' | 'int' | 'short' | 'long' | 'double' | 'string' | 'list' | 'password';

export type Importance = 'high' | 'medium' | 'low';

/**
 * What it takes to change a broker config (KIP-226): a restart, an alteration for one broker, or
 * one for a single broker or for all at once.
 */
export type DynamicScope = 'read-only' | 'per-broker' | 'cluster-wide';

/** Another config that gives the value when this one is not set: `times` converts its unit. */
export interface Fallback {
  readonly key: string;
  readonly times: number;
}

/** One config as declared in the tables; everything known about it. `T` is the type of its value. */
export interface ConfigDefinition<T = unknown> {
  readonly type: ValueType;
  /** Default in the notation of a properties file; null when there is none. */
  readonly default: string | null;
  /** Kafka 3.9's default where ours is another. */
  readonly kafkaDefault?: string;
  /** What it means, with units. */
  readonly doc: string;
  readonly importance: Importance;
  readonly dynamic: DynamicScope;
  /** Smallest and largest value of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** The only values allowed, for strings and for the elements of lists. */
  readonly choices?: readonly string[];
  /** Any other rule: returns what is allowed when the value is not. */
  readonly check?: (value: T & {}) => string | undefined;
  /** Asked in order when the config is not set, before its default. */
  readonly fallbacks: readonly Fallback[];
  /** Topic configs only: the broker config that gives the default. */
  readonly brokerKey?: string;
  /** Why setting it changes nothing; absent for those that do something. */
  readonly noEffect?: string;
  /** Whether it is an addition of this project, unknown to Apache Kafka. */
  readonly ours: boolean;
}

/** Values of passwords are never shown. */
export function isSensitive(definition: ConfigDefinition<never>): boolean {
  return definition.type === 'password';
}

/** Static type of a config's value. */
export type ValueOf<D> = D extends ConfigDefinition<infer T> ? T : never;

export interface Facts<T> {
  importance?: Importance;
  dynamic?: DynamicScope;
  kafkaDefault?: string;
  min?: number;
  max?: number;
  check?: (value: T) => string | undefined;
  brokerKey?: string;
  noEffect?: string;
  ours?: boolean;
}

interface Builder<T> {
  (defaultText: string, doc: string, facts?: Facts<T>): ConfigDefinition<T>;
  (
    defaultText: null,
    doc: string,
    facts: Facts<T> & { fallbacks: readonly Fallback[] },
  ): ConfigDefinition<T>;
  (defaultText: null, doc: string, facts?: Facts<T>): ConfigDefinition<T | null>;
}

function define(
  type: ValueType,
  defaultText: string | null,
  doc: string,
  facts: object,
): ConfigDefinition<never> {
  return {
    type,
    default: defaultText,
    doc,
    importance: 'medium',
    dynamic: 'read-only',
    fallbacks: [],
    ours: false,
    ...facts,
  };
}

function builder<T>(type: ValueType): Builder<T> {
  const build = (defaultText: string | null, doc: string, facts: object = {}) =>
    define(type, defaultText, doc, facts);
  return build as Builder<T>;
}

export const bool = builder<boolean>('boolean');
export const int = builder<number>('int');
export const short = builder<number>('short');
export const long = builder<number>('long');
export const double = builder<number>('double');
export const string = builder<string>('string');
export const list = builder<readonly string[]>('list');
export const password = builder<string>('password');

/** A string that is one of a few. */
export function choice<const C extends string>(
  choices: readonly C[],
  defaultText: C,
  doc: string,
  facts: Facts<C> = {},
): ConfigDefinition<C> {
  return define('string', defaultText, doc, { choices, ...facts }) as ConfigDefinition<C>;
}

/** A list whose elements are some of a few. */
export function choices<const C extends string>(
  allowed: readonly C[],
  defaultText: string,
  doc: string,
  facts: Facts<readonly C[]> = {},
): ConfigDefinition<readonly C[]> {
  const all = { choices: allowed, ...facts };
  return define('list', defaultText, doc, all) as ConfigDefinition<readonly C[]>;
}

/** Kafka's Long.MAX_VALUE, its way to say "without limit". */
export const LONG_MAX = '9223372036854775807';
/** Kafka's Integer.MAX_VALUE. */
export const INT_MAX = '2147483647';
