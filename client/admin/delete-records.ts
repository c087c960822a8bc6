import { apis } from '../protocol/apis';
import type { Cluster } from '../network';
import {
  askLeaders,
  byTopic,
  nameOfPartition,
  repliesByPartition,
  type PartitionItem,
} from './ask-leaders';
import { brokerWait } from './broker-wait';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

export interface RecordsToDelete extends PartitionItem {
  /** First offset to keep; -1 for the high watermark, that is to delete everything. */
  beforeOffset: number;
}

export interface DeletedRecords extends PartitionItem {
  /** First offset left. */
  readonly lowWatermark: number;
}

/** KIP-107: makes records before an offset unreadable. Asked of the partitions' leaders. */
export function deleteRecords(
  cluster: Cluster,
  items: readonly RecordsToDelete[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<DeletedRecords[]> {
  return settleEach<RecordsToDelete, DeletedRecords>(cluster, {
    what: 'Deleting records',
    items,
    nameOf: nameOfPartition,
    timeoutMs,
    attempt: ({ items: open, remainingMs, report }) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      return askLeaders(cluster, {
        api: apis.DeleteRecords,
        items: open,
        options: sendOptions,
        failed: report.failed,
        bodyFor: (group) => ({
          timeoutMs: wait,
          topics: [...byTopic(group)].map(([name, partitions]) => ({
            name,
            partitions: partitions.map(({ partition, beforeOffset }) => ({
              partitionIndex: partition,
              offset: beforeOffset,
            })),
          })),
        }),
        answered: (group, { topics }) => {
          const replies = repliesByPartition(topics);
          for (const item of group) {
            const reply = replies.get(nameOfPartition(item));
            if (!reply) continue;
            report.reply(item, reply.errorCode, null, () => ({
              topic: item.topic,
              partition: item.partition,
              lowWatermark: reply.lowWatermark,
            }));
          }
        },
      });
    },
  });
}
