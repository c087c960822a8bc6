import { nearestName } from '../../broker/config/nearest-name';
import type { AssignorName, ConsumerOptions } from '../../client/consumer';
import type { ClientOptions } from '../../client/network';
import type { ProducerOptions } from '../../client/producer';
import { compressionTypes } from '../../client/records';
import { splitList } from '../../client/runtime/split-list';
import { UsageError } from './usage-error';

/** Which client a property is for. */
export type ClientRole = 'producer' | 'consumer' | 'admin';

/** What properties come to. Only the options that were given are set. */
export interface ClientSettings {
  readonly client: Partial<Omit<ClientOptions, 'brokers'>> & { brokers?: readonly string[] };
  readonly producer: ProducerOptions;
  readonly consumer: ConsumerOptions;
  /** Properties of Kafka that change nothing here, as they were written. */
  readonly withoutEffect: readonly string[];
}

type MutableSettings = ClientSettings & { readonly withoutEffect: string[] };
type Apply = (settings: MutableSettings, value: string, name: string) => void;

interface Property {
  readonly roles: readonly ClientRole[];
  readonly apply: Apply;
  /** A value it takes; none where it sets no option. */
  readonly example?: string;
}

const everyone: readonly ClientRole[] = ['producer', 'consumer', 'admin'];
const producer: readonly ClientRole[] = ['producer'];
const consumer: readonly ClientRole[] = ['consumer'];
const consumerAndAdmin: readonly ClientRole[] = ['consumer', 'admin'];

const ASSIGNORS: Readonly<Record<string, AssignorName>> = {
  RangeAssignor: 'range',
  RoundRobinAssignor: 'roundrobin',
  StickyAssignor: 'sticky',
  CooperativeStickyAssignor: 'cooperative-sticky',
};

/** Kafka's names of client configs (ProducerConfig, ConsumerConfig, AdminClientConfig). */
const PROPERTIES: Readonly<Record<string, Property>> = {
  'bootstrap.servers': text(everyone, ({ client }, v) => (client.brokers = splitList(v))),
  'client.id': text(everyone, ({ client }, v) => (client.clientId = v)),
  'connections.max.idle.ms': number(everyone, ({ client }, v) => (client.connectionsMaxIdle = v)),
  'default.api.timeout.ms': number(consumerAndAdmin, ({ client }, v) => (client.apiTimeout = v)),
  'metadata.max.age.ms': number(everyone, ({ client }, v) => (client.metadataMaxAge = v)),
  'metadata.max.idle.ms': number(producer, ({ client }, v) => (client.metadataMaxIdle = v)),
  'reconnect.backoff.ms': number(everyone, ({ client }, v) => (client.reconnectBackoff = v)),
  'reconnect.backoff.max.ms': number(everyone, ({ client }, v) => (client.reconnectBackoffMax = v)),
  'request.timeout.ms': number(everyone, (settings, v) => {
    settings.client.requestTimeout = v;
    settings.producer.requestTimeoutMs = v;
    settings.consumer.requestTimeoutMs = v;
  }),
  retries: number(['producer', 'admin'], ({ client, producer }, v) => {
    client.retry = { ...client.retry, retries: v };
    producer.retries = v;
  }),
  'retry.backoff.ms': number(everyone, ({ client, producer, consumer }, v) => {
    client.retry = { ...client.retry, initialRetryTime: v };
    producer.retryBackoffMs = v;
    consumer.retryBackoffMs = v;
  }),
  'retry.backoff.max.ms': number(everyone, ({ client, producer, consumer }, v) => {
    client.retry = { ...client.retry, maxRetryTime: v };
    producer.retryBackoffMaxMs = v;
    consumer.retryBackoffMaxMs = v;
  }),
  'socket.connection.setup.timeout.ms': number(
    everyone,
    ({ client }, v) => (client.connectionTimeout = v),
  ),
  'security.protocol': only(
    everyone,
    'PLAINTEXT',
    'Connect to a PLAINTEXT listener of the brokers; this version has no TLS and no SASL.',
  ),

  acks: oneOf(producer, ['all', '-1', '0', '1'] as const, ({ producer }, v) => {
    producer.acks = v === 'all' ? v : (Number(v) as -1 | 0 | 1);
  }),
  'batch.size': number(producer, ({ producer }, v) => (producer.batchSize = v)),
  'buffer.memory': number(producer, ({ producer }, v) => (producer.bufferMemory = v)),
  'compression.type': oneOf(
    producer,
    compressionTypes,
    ({ producer }, v) => (producer.compression = v),
  ),
  'delivery.timeout.ms': number(producer, ({ producer }, v) => (producer.deliveryTimeoutMs = v)),
  'enable.idempotence': oneOf(producer, ['true', 'false'] as const, ({ producer }, v) => {
    producer.enableIdempotence = v === 'true';
  }),
  'linger.ms': number(producer, ({ producer }, v) => (producer.lingerMs = v)),
  'max.block.ms': number(producer, ({ producer }, v) => (producer.maxBlockMs = v)),
  'max.in.flight.requests.per.connection': number(
    producer,
    ({ producer }, v) => (producer.maxInFlightRequestsPerConnection = v),
  ),
  'max.request.size': number(producer, ({ producer }, v) => (producer.maxRequestSize = v)),
  'partitioner.class': oneOf(
    producer,
    [
      'org.apache.kafka.clients.producer.internals.DefaultPartitioner',
      'org.apache.kafka.clients.producer.RoundRobinPartitioner',
    ] as const,
    ({ producer }, v) => {
      producer.partitioner = v.endsWith('RoundRobinPartitioner') ? 'roundRobin' : 'default';
    },
  ),
  'transactional.id': refused(producer, 'Transactions come with a later version.'),

  'allow.auto.create.topics': flag(
    consumer,
    ({ consumer }, v) => (consumer.allowAutoTopicCreation = v),
  ),
  'auto.offset.reset': oneOf(
    consumer,
    ['latest', 'earliest', 'none'] as const,
    ({ consumer }, v) => (consumer.autoOffsetReset = v),
  ),
  'check.crcs': flag(consumer, ({ consumer }, v) => (consumer.checkCrcs = v)),
  'client.rack': text(consumer, ({ consumer }, v) => (consumer.clientRack = v)),
  'fetch.max.bytes': number(consumer, ({ consumer }, v) => (consumer.fetchMaxBytes = v)),
  'fetch.max.wait.ms': number(consumer, ({ consumer }, v) => (consumer.fetchMaxWaitMs = v)),
  'fetch.min.bytes': number(consumer, ({ consumer }, v) => (consumer.fetchMinBytes = v)),
  'auto.commit.interval.ms': number(
    consumer,
    ({ consumer }, v) => (consumer.autoCommitIntervalMs = v),
  ),
  'enable.auto.commit': flag(consumer, ({ consumer }, v) => (consumer.enableAutoCommit = v)),
  'group.id': text(consumer, ({ consumer }, v) => (consumer.groupId = v)),
  'group.instance.id': text(consumer, ({ consumer }, v) => (consumer.groupInstanceId = v)),
  'group.protocol': only(consumer, 'classic', 'This version has the classic group protocol only.'),
  'heartbeat.interval.ms': number(
    consumer,
    ({ consumer }, v) => (consumer.heartbeatIntervalMs = v),
  ),
  'max.poll.interval.ms': number(consumer, ({ consumer }, v) => (consumer.maxPollIntervalMs = v)),
  'partition.assignment.strategy': {
    roles: consumer,
    apply: ({ consumer }, v, name) => {
      consumer.partitionAssignors = splitList(v).map((word) => assignorOf(word, name));
    },
    example: 'range',
  },
  'session.timeout.ms': number(consumer, ({ consumer }, v) => (consumer.sessionTimeoutMs = v)),
  'isolation.level': oneOf(
    consumer,
    ['read_uncommitted', 'read_committed'] as const,
    ({ consumer }, v) => (consumer.isolationLevel = v),
  ),
  'max.partition.fetch.bytes': number(
    consumer,
    ({ consumer }, v) => (consumer.maxPartitionFetchBytes = v),
  ),
  'max.poll.records': number(consumer, ({ consumer }, v) => (consumer.maxPollRecords = v)),

  ...withoutEffect(everyone, [
    'auto.include.jmx.reporter',
    'client.dns.lookup',
    'enable.metrics.push',
    'metadata.recovery.strategy',
    'metric.reporters',
    'metrics.num.samples',
    'metrics.recording.level',
    'metrics.sample.window.ms',
    'receive.buffer.bytes',
    'send.buffer.bytes',
    'socket.connection.setup.timeout.max.ms',
  ]),
  ...withoutEffect(producer, [
    'key.serializer',
    'value.serializer',
    'partitioner.adaptive.partitioning.enable',
    'partitioner.availability.timeout.ms',
  ]),
  ...withoutEffect(consumer, ['exclude.internal.topics', 'key.deserializer', 'value.deserializer']),
};

/**
 * Translates client configs from Kafka's names to the options of our clients. This table is the
 * only place that knows both.
 *
 * @param properties by Kafka's names, values as text
 * @throws UsageError for a name that is unknown (with the nearest one that is known), for a value
 *   that is not allowed, and for what this version cannot do
 */
export function clientSettings(
  role: ClientRole,
  properties: Readonly<Record<string, string>>,
): ClientSettings {
  const settings = nothingSet();
  for (const [name, value] of Object.entries(properties)) {
    const property = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
    if (!property?.roles.includes(role)) throw unknown(role, name);
    property.apply(settings, value.trim(), name);
  }
  return settings;
}

function nothingSet(): MutableSettings {
  return { client: {}, producer: {}, consumer: {}, withoutEffect: [] };
}

/**
 * Kafka's names of our clients' options, by the option. Without those that are ordinary words, such
 * as `retries`: texts are searched for these names.
 */
export const kafkaNameOfOption: ReadonlyMap<string, string> = new Map(
  Object.entries(PROPERTIES).flatMap(([name, property]) =>
    optionsSetBy(property)
      .filter((option) => /[A-Z]/.test(option))
      .map((option) => [option, name] as const),
  ),
);

function optionsSetBy({ apply, example }: Property): string[] {
  if (example === undefined) return [];
  const settings = nothingSet();
  apply(settings, example, '');
  const { client, producer, consumer } = settings;
  return [client, producer, consumer].flatMap((options) => Object.keys(options));
}

/** By Kafka's class, with or without its package, or by the name on the wire. */
function assignorOf(word: string, property: string): AssignorName {
  const known = ASSIGNORS[word.replace(/^org\.apache\.kafka\.clients\.consumer\./, '')];
  const name = known ?? Object.values(ASSIGNORS).find((one) => one === word);
  if (name !== undefined) return name;
  throw wrong(property, word, `Allowed are ${Object.keys(ASSIGNORS).join(', ')}.`);
}

function unknown(role: ClientRole, name: string): UsageError {
  const known = Object.keys(PROPERTIES).filter((key) => PROPERTIES[key].roles.includes(role));
  const nearest = nearestName(name, known);
  return new UsageError(
    `The ${role} has no config "${name}".`,
    nearest === undefined ? 'Leave it out.' : `Did you mean ${nearest}?`,
  );
}

function wrong(name: string, value: string, advice: string): UsageError {
  return new UsageError(`${name}=${value} cannot be used.`, advice);
}

function text(
  roles: readonly ClientRole[],
  set: (settings: ClientSettings, value: string) => void,
): Property {
  return { roles, apply: set, example: '' };
}

function number(
  roles: readonly ClientRole[],
  set: (settings: ClientSettings, value: number) => void,
): Property {
  return {
    roles,
    example: '1',
    apply: (settings, value, name) => {
      if (!/^\d+$/.test(value)) throw wrong(name, value, 'Give a whole number from 0 on.');
      set(settings, Number(value));
    },
  };
}

function flag(
  roles: readonly ClientRole[],
  set: (settings: ClientSettings, value: boolean) => void,
): Property {
  return oneOf(roles, ['true', 'false'] as const, (settings, value) =>
    set(settings, value === 'true'),
  );
}

function oneOf<Value extends string>(
  roles: readonly ClientRole[],
  allowed: readonly Value[],
  set: (settings: ClientSettings, value: Value) => void,
): Property {
  return {
    roles,
    example: allowed[0],
    apply: (settings, value, name) => {
      const found = allowed.find((candidate) => candidate === value);
      if (found === undefined) throw wrong(name, value, `Allowed are ${allowed.join(', ')}.`);
      set(settings, found);
    },
  };
}

function only(roles: readonly ClientRole[], allowed: string, advice: string): Property {
  return {
    roles,
    apply: (_, value, name) => {
      if (value !== allowed) throw wrong(name, value, advice);
    },
  };
}

function refused(roles: readonly ClientRole[], advice: string): Property {
  return {
    roles,
    apply: (_, value, name) => {
      throw wrong(name, value, advice);
    },
  };
}

/** Accepted, so that configs made for Kafka's own clients can be used as they are. */
function withoutEffect(
  roles: readonly ClientRole[],
  names: readonly string[],
): Record<string, Property> {
  const apply: Apply = (settings, value, name) => settings.withoutEffect.push(`${name}=${value}`);
  return Object.fromEntries(names.map((name) => [name, { roles, apply }]));
}
