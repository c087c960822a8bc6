import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askCoordinators } from './ask-coordinators';
import { byTopic, nameOfPartition, repliesByPartition, type PartitionItem } from './ask-leaders';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

/**
 * KIP-496: makes a group forget how far it has read partitions. Fails with GROUP_SUBSCRIBED_TO_TOPIC
 * for topics that its members read.
 */
export async function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly PartitionItem[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<void> {
  await settleEach<PartitionItem, true>(cluster, {
    what: 'Deleting group offsets',
    items: partitions,
    nameOf: nameOfPartition,
    timeoutMs,
    attempt: ({ items, report }) =>
      askCoordinators(
        cluster,
        [groupId],
        async ({ nodeId }) => {
          const { errorCode, topics } = await cluster.sendToBroker(nodeId, apis.OffsetDelete, {
            groupId,
            topics: [...byTopic(items)].map(([name, of]) => ({
              name,
              partitions: of.map(({ partition }) => ({ partitionIndex: partition })),
            })),
          });
          const error = ProtocolError.fromCode(errorCode);
          if (error) throw error;
          const replies = repliesByPartition(topics);
          for (const item of items) {
            const reply = replies.get(nameOfPartition(item));
            if (reply) report.reply(item, reply.errorCode, null, () => true);
          }
        },
        (_groupId, error) => items.forEach((item) => report.failed(item, error)),
      ),
  });
}
