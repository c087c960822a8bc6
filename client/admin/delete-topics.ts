import { apis } from '../protocol/apis';
import type { Cluster } from '../network';
import { brokerWait } from './broker-wait';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

/** KIP-4. Goes to the controller. */
export async function deleteTopics(
  cluster: Cluster,
  topics: readonly string[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<void> {
  await settleEach<string, true>(cluster, {
    what: 'Deleting topics',
    items: topics,
    nameOf: (topic) => topic,
    timeoutMs,
    final: ['UNKNOWN_TOPIC_OR_PARTITION'],
    alreadyDone: (_topic, error) =>
      'code' in error && error.code === 'UNKNOWN_TOPIC_OR_PARTITION' ? true : undefined,
    attempt: async ({ items, remainingMs, report }) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      const { responses } = await cluster.sendToController(
        apis.DeleteTopics,
        { topics: items.map((name) => ({ name })), topicNames: items, timeoutMs: wait },
        sendOptions,
      );
      const replies = new Map(responses.map((reply) => [reply.name, reply]));
      for (const topic of items) {
        const reply = replies.get(topic);
        if (reply) report.reply(topic, reply.errorCode, reply.errorMessage, () => true);
      }
    },
  });
}
