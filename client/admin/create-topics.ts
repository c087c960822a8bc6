import { apis } from '../protocol/apis';
import type { RequestInput, ResponseOf } from '../protocol/api';
import { ZERO_UUID } from '../protocol/schema';
import type { Cluster } from '../network';
import { brokerWait } from './broker-wait';
import type { ValidatedCallOptions } from './call-options';
import { settleEach } from './settle-each';
import { waitForLeaders } from './wait-for-leaders';

export interface NewTopic {
  /** 1 to 249 of `[a-zA-Z0-9._-]`. */
  topic: string;
  /** Default: the broker's `num.partitions`. */
  numPartitions?: number;
  /** Default: the broker's `default.replication.factor`. */
  replicationFactor?: number;
  /**
   * Instead of the two numbers above: the brokers of each partition, by partition number, the
   * preferred leader first.
   */
  assignments?: readonly (readonly number[])[];
  /** Configs that differ from the defaults. */
  configs?: Readonly<Record<string, string>>;
}

export interface CreatedTopic {
  readonly topic: string;
  /** Undefined when the broker does not tell. */
  readonly topicId: string | undefined;
  /** Undefined when the broker does not tell. */
  readonly numPartitions: number | undefined;
  /** Undefined when the broker does not tell. */
  readonly replicationFactor: number | undefined;
}

export interface CreateTopicsOptions extends ValidatedCallOptions {
  /** Whether to wait until all partitions have leaders. Default true. */
  waitForLeaders?: boolean;
}

type Input = RequestInput<typeof apis.CreateTopics>['topics'][number];
type Reply = ResponseOf<typeof apis.CreateTopics>['topics'][number];

/** KIP-4. Goes to the controller. */
export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  options: CreateTopicsOptions = {},
): Promise<CreatedTopic[]> {
  const start = cluster.options.clock.monotonic();
  const { validateOnly = false, timeoutMs = cluster.options.apiTimeout } = options;
  const created = await settleEach<NewTopic, CreatedTopic>(cluster, {
    what: validateOnly ? 'Checking new topics' : 'Creating topics',
    items: topics,
    nameOf: ({ topic }) => topic,
    timeoutMs,
    alreadyDone: ({ topic }, error) =>
      'code' in error && error.code === 'TOPIC_ALREADY_EXISTS' ? onlyName(topic) : undefined,
    attempt: async ({ items, remainingMs, report }) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      const body = { topics: items.map(inputOf), timeoutMs: wait, validateOnly };
      const response = await cluster.sendToController(apis.CreateTopics, body, sendOptions);
      const replies = new Map(response.topics.map((reply) => [reply.name, reply]));
      for (const item of items) {
        const reply = replies.get(item.topic);
        if (!reply) continue;
        report.reply(item, reply.errorCode, reply.errorMessage, () => createdOf(reply));
      }
    },
  });
  if (!validateOnly && options.waitForLeaders !== false) {
    const expected = created.map(({ topic, numPartitions }) => ({ topic, numPartitions }));
    const elapsed = cluster.options.clock.monotonic() - start;
    await waitForLeaders(cluster, expected, timeoutMs - elapsed);
  }
  return created;
}

function inputOf({ topic, assignments, configs = {}, ...numbers }: NewTopic): Input {
  return {
    name: topic,
    numPartitions: numbers.numPartitions ?? -1,
    replicationFactor: numbers.replicationFactor ?? -1,
    assignments: (assignments ?? []).map((brokerIds, partitionIndex) => ({
      partitionIndex,
      brokerIds,
    })),
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
}

function createdOf({ name, topicId, numPartitions, replicationFactor }: Reply): CreatedTopic {
  const told = (count: number): number | undefined => (count > 0 ? count : undefined);
  return {
    topic: name,
    topicId: topicId === ZERO_UUID ? undefined : topicId,
    numPartitions: told(numPartitions),
    replicationFactor: told(replicationFactor),
  };
}

/** A topic whose creation was not answered but turned out to have happened. */
function onlyName(topic: string): CreatedTopic {
  return { topic, topicId: undefined, numPartitions: undefined, replicationFactor: undefined };
}
