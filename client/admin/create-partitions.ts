import { apis } from '../protocol/apis';
import type { Cluster } from '../network';
import { brokerWait } from './broker-wait';
import type { ValidatedCallOptions } from './call-options';
import { settleEach } from './settle-each';
import { waitForLeaders } from './wait-for-leaders';

export interface NewPartitions {
  topic: string;
  /** Number of partitions the topic shall have, the present ones included. */
  count: number;
  /** Brokers of each new partition, the preferred leader first. Default: the broker chooses. */
  assignments?: readonly (readonly number[])[];
}

/** KIP-195. Goes to the controller; waits for the leaders of the new partitions. */
export async function createPartitions(
  cluster: Cluster,
  topics: readonly NewPartitions[],
  { timeoutMs = cluster.options.apiTimeout, validateOnly = false }: ValidatedCallOptions = {},
): Promise<void> {
  const start = cluster.options.clock.monotonic();
  await settleEach<NewPartitions, true>(cluster, {
    what: validateOnly ? 'Checking new partitions' : 'Creating partitions',
    items: topics,
    nameOf: ({ topic }) => topic,
    timeoutMs,
    final: ['UNKNOWN_TOPIC_OR_PARTITION'],
    attempt: async ({ items, remainingMs, report }) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      const { results } = await cluster.sendToController(
        apis.CreatePartitions,
        { topics: items.map(inputOf), timeoutMs: wait, validateOnly },
        sendOptions,
      );
      const replies = new Map(results.map((reply) => [reply.name, reply]));
      for (const item of items) {
        const reply = replies.get(item.topic);
        if (reply) report.reply(item, reply.errorCode, reply.errorMessage, () => true);
      }
    },
  });
  if (validateOnly) return;
  const expected = topics.map(({ topic, count }) => ({ topic, numPartitions: count }));
  const elapsed = cluster.options.clock.monotonic() - start;
  await waitForLeaders(cluster, expected, timeoutMs - elapsed);
}

function inputOf({ topic, count, assignments }: NewPartitions) {
  return {
    name: topic,
    count,
    assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
  };
}
