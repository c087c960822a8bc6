import type { Api, RequestInput, ResponseOf } from '../protocol/api';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster, SendOptions, TopicMetadata } from '../network';
import { askTopics } from './ask-topics';
import { MissingPartitionError } from './missing-partition-error';

export interface PartitionItem {
  readonly topic: string;
  readonly partition: number;
}

export function nameOfPartition({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}

interface LeaderQuestion<Item, A> {
  api: A;
  items: readonly Item[];
  bodyFor: (items: readonly Item[]) => RequestInput<A>;
  options?: SendOptions;
  answered: (items: readonly Item[], response: ResponseOf<A>) => void;
  failed: (item: Item, error: Error) => void;
}

/** Partitions by topic, as most requests want them. */
export function byTopic<Item extends PartitionItem>(items: readonly Item[]): Map<string, Item[]> {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const known = topics.get(item.topic);
    if (known) known.push(item);
    else topics.set(item.topic, [item]);
  }
  return topics;
}

/** A reply's partitions by `topic-partition`. */
export function repliesByPartition<Reply extends { partitionIndex: number }>(
  topics: readonly { name: string; partitions: readonly Reply[] }[],
): Map<string, Reply> {
  const replies = new Map<string, Reply>();
  for (const { name: topic, partitions } of topics) {
    for (const reply of partitions) {
      replies.set(nameOfPartition({ topic, partition: reply.partitionIndex }), reply);
    }
  }
  return replies;
}

/**
 * Sends a request about partitions to their leaders, one per leader. An error of one leader does
 * not hold up the others.
 */
export async function askLeaders<Item extends PartitionItem, A extends Api>(
  cluster: Cluster,
  { api, items, bodyFor, options, answered, failed }: LeaderQuestion<Item, A>,
): Promise<void> {
  await cluster.connect();
  const topics = await askTopics(cluster, [...new Set(items.map(({ topic }) => topic))]);
  const requests: LeaderRequest<Item>[] = [];
  for (const item of items) {
    const leader = leaderOf(item, topics.get(item.topic));
    if (leader instanceof Error) failed(item, leader);
    else assign(requests, leader, item);
  }
  if (requests.some(({ leader }) => !cluster.snapshot.brokers.has(leader))) {
    await cluster.refreshMetadata();
  }
  await Promise.all(
    requests.map(async ({ leader, items: asked }) => {
      const group = [...asked.values()];
      try {
        answered(group, await cluster.sendToBroker(leader, api, bodyFor(group), options));
      } catch (error) {
        for (const item of group) failed(item, error as Error);
      }
    }),
  );
}

interface LeaderRequest<Item> {
  readonly leader: number;
  /** By partition: a second question about the same one goes into another request. */
  readonly items: Map<string, Item>;
}

function assign<Item extends PartitionItem>(
  requests: LeaderRequest<Item>[],
  leader: number,
  item: Item,
): void {
  const name = nameOfPartition(item);
  let request = requests.find((other) => other.leader === leader && !other.items.has(name));
  if (!request) requests.push((request = { leader, items: new Map() }));
  request.items.set(name, item);
}

function leaderOf(
  { topic, partition }: PartitionItem,
  found: TopicMetadata | ProtocolError | undefined,
): number | Error {
  if (found instanceof ProtocolError) {
    const nowhere = found.code === 'UNKNOWN_TOPIC_OR_PARTITION';
    return nowhere ? new MissingPartitionError(`There is no topic "${topic}".`) : found;
  }
  const known = found?.partitions[partition];
  if (!known) return new MissingPartitionError(`Topic "${topic}" has no partition ${partition}.`);
  if (known.leader >= 0) return known.leader;
  return new ProtocolError(
    'LEADER_NOT_AVAILABLE',
    `Partition ${topic}-${partition} has no leader at the moment.`,
  );
}
