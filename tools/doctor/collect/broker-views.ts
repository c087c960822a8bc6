import {
  Connection,
  formatEndpoint,
  parseEndpoint,
  type ConnectionOptions,
  type Endpoint,
} from '../../../client/network';
import { describeError, KafkaClassicError } from '../../../client/runtime/error';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import type { Behind, BrokerAnswers, BrokerView, PartitionView, ZookeeperView } from '../snapshot';
import {
  apiVersionsOf,
  askClaims,
  askCommitted,
  askLacking,
  askLogDirs,
  askMetadata,
  askMinIsr,
  askOffice,
  type Committed,
} from './ask-broker';

export interface BrokersSeen {
  readonly brokers: Map<number, BrokerView>;
  /** Addresses that answer and that nobody is registered with. */
  readonly strangers: string[];
}

interface Conversation {
  readonly id: number;
  readonly address: string;
  readonly connection?: Connection;
  answers?: BrokerAnswers;
  failure?: string;
}

/**
 * Asks every registered broker, each on a connection of its own; one that does not answer does not
 * hold up the others for longer than the timeout.
 *
 * @param bootstrap where to begin, `host:port`: brokers are then reached as those tell clients;
 *   empty for the addresses of the registrations
 */
export async function collectBrokers(
  zookeeper: ZookeeperView,
  bootstrap: readonly string[],
  options: ConnectionOptions,
): Promise<BrokersSeen> {
  const { endpoints, strangers } = await findBrokers(zookeeper, bootstrap, options);
  const talks = await Promise.all(
    [...endpoints].map(([id, endpoint]) => openConversation(id, endpoint, options)),
  );
  try {
    await Promise.all(talks.map((talk) => askAll(talk, zookeeper, options.requestTimeout)));
    const committed = new Map<number, Committed[]>();
    await Promise.all(
      talks.map(async ({ id, connection, answers }) => {
        if (!connection || !answers) return;
        committed.set(id, await orNothing(askCommitted(connection, ledBy(zookeeper, id))));
      }),
    );
    await Promise.all(talks.map((talk) => askWhatLacks(talk, zookeeper, committed)));
  } finally {
    for (const { connection } of talks) connection?.close();
  }
  const views = talks.map(({ id, address, failure, answers }): [number, BrokerView] => [
    id,
    { id, address, failure, answers },
  ]);
  return { brokers: new Map(views.sort(([a], [b]) => a - b)), strangers };
}

/** Where each broker is to be asked. */
async function findBrokers(
  { registrations }: ZookeeperView,
  bootstrap: readonly string[],
  options: ConnectionOptions,
): Promise<{ endpoints: Map<number, Endpoint>; strangers: string[] }> {
  const endpoints = new Map<number, Endpoint>();
  const known = new Set<string>();
  for (const { id, endpoints: listeners } of registrations.values()) {
    const first = listeners.find((one) => one.securityProtocol === 'PLAINTEXT') ?? listeners[0];
    if (first) endpoints.set(id, first);
    for (const one of listeners) known.add(formatEndpoint(one));
  }
  const strangers: string[] = [];
  for (const address of bootstrap) {
    const told = await brokersToldBy(parseEndpoint(address), options);
    if (told === undefined) continue;
    for (const [id, at] of told) endpoints.set(id, parseEndpoint(at));
    if (!known.has(address) && ![...told.values()].includes(address)) strangers.push(address);
  }
  return { endpoints, strangers };
}

async function brokersToldBy(
  endpoint: Endpoint,
  options: ConnectionOptions,
): Promise<ReadonlyMap<number, string> | undefined> {
  try {
    const connection = await Connection.open(endpoint, options);
    try {
      return (await askMetadata(connection)).brokers;
    } finally {
      connection.close();
    }
  } catch {
    // Whoever is registered there is asked again, and then it is told.
    return undefined;
  }
}

async function openConversation(
  id: number,
  endpoint: Endpoint,
  options: ConnectionOptions,
): Promise<Conversation> {
  const address = formatEndpoint(endpoint);
  try {
    return { id, address, connection: await Connection.open(endpoint, options) };
  } catch (error) {
    return { id, address, failure: reasonOf(error) };
  }
}

async function askAll(
  talk: Conversation,
  zookeeper: ZookeeperView,
  timeoutMs: number,
): Promise<void> {
  const { connection, id } = talk;
  if (!connection) return;
  const questions = [...partitionsIn(zookeeper)].map(({ topic, partition, state }) => ({
    topic,
    partition,
    epoch: state?.leader === id ? state.leaderEpoch : -1,
  }));
  const holdsOffice = zookeeper.controller?.brokerId === id;
  try {
    const led = new Set(ledBy(zookeeper, id).map(({ topic }) => topic));
    const [metadata, logDirs, claims, minIsr, office] = await Promise.all([
      askMetadata(connection),
      askLogDirs(connection),
      askClaims(connection, questions),
      askMinIsr(connection, [...led]),
      holdsOffice ? askOffice(connection, timeoutMs) : undefined,
    ]);
    const apiVersions = apiVersionsOf(connection);
    talk.answers = { ...metadata, apiVersions, logDirs, claims, minIsr, behind: [], office };
  } catch (error) {
    talk.failure = reasonOf(error);
  }
}

/** Asks a follower for what the leaders have just told to be committed. */
async function askWhatLacks(
  talk: Conversation,
  zookeeper: ZookeeperView,
  committed: ReadonlyMap<number, readonly Committed[]>,
): Promise<void> {
  const { connection, answers, id } = talk;
  if (!connection || !answers) return;
  const leaders = new Map<string, number>();
  for (const partition of partitionsIn(zookeeper)) {
    const { state } = partition;
    if (!state || state.leader === id || !state.isr.includes(id)) continue;
    leaders.set(topicPartitionKey(partition), state.leader);
  }
  const leaderOf = (one: Committed): number => leaders.get(topicPartitionKey(one)) ?? -1;
  const wanted = [...committed].flatMap(([leader, of]) =>
    of.filter((one) => leaderOf(one) === leader),
  );
  const lacking = await orNothing(askLacking(connection, wanted));
  const behind = lacking.map(({ topic, partition, offset }): Behind => ({
    ...{ topic, partition, committed: offset },
    leader: leaderOf({ topic, partition, offset }),
  }));
  talk.answers = { ...answers, behind };
}

function ledBy(zookeeper: ZookeeperView, id: number): PartitionView[] {
  return [...partitionsIn(zookeeper)].filter(({ state }) => state?.leader === id);
}

function* partitionsIn({ topics }: ZookeeperView): Generator<PartitionView> {
  for (const { partitions } of topics.values()) yield* partitions.values();
}

/** The check says what to do. */
function reasonOf(error: unknown): string {
  return KafkaClassicError.is(error) ? error.message : describeError(error);
}

/** A broker that breaks off in the middle is found unreachable at the next look. */
async function orNothing<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch {
    return [];
  }
}
