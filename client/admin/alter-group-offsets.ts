import { apis } from '../protocol/apis';
import type { Cluster } from '../network';
import { askCoordinators } from './ask-coordinators';
import { byTopic, nameOfPartition, repliesByPartition, type PartitionItem } from './ask-leaders';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

export interface NewGroupOffset extends PartitionItem {
  /** Of the next record to read. */
  offset: number;
  /** Leader epoch of the last record read. Default -1: unknown. */
  leaderEpoch?: number;
  /** Anything to keep with it. Default ''. */
  metadata?: string;
}

/**
 * KIP-396: makes a group without members go on at other offsets. Fails with UNKNOWN_MEMBER_ID when
 * the group has members: they would overwrite it.
 */
export async function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly NewGroupOffset[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<void> {
  await settleEach<NewGroupOffset, true>(cluster, {
    what: 'Altering group offsets',
    items: offsets,
    nameOf: nameOfPartition,
    timeoutMs,
    attempt: ({ items, report }) =>
      askCoordinators(
        cluster,
        [groupId],
        async ({ nodeId }) => {
          const { topics } = await cluster.sendToBroker(nodeId, apis.OffsetCommit, {
            groupId,
            topics: [...byTopic(items)].map(([name, partitions]) => ({
              name,
              partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => ({
                partitionIndex: partition,
                committedOffset: offset,
                committedLeaderEpoch: leaderEpoch ?? -1,
                committedMetadata: metadata ?? '',
              })),
            })),
          });
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
