import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { byTopic, nameOfPartition, repliesByPartition, type PartitionItem } from './ask-leaders';
import { brokerWait } from './broker-wait';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

export interface PartitionReassignment extends PartitionItem {
  /** Brokers to hold the partition, the preferred leader first; null stops what goes on. */
  readonly replicas: readonly number[] | null;
}

/** KIP-455. Any broker takes it and hands it on to the controller. */
export async function alterPartitionReassignments(
  cluster: Cluster,
  reassignments: readonly PartitionReassignment[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<void> {
  await settleEach<PartitionReassignment, true>(cluster, {
    what: 'Reassigning partitions',
    items: reassignments,
    nameOf: nameOfPartition,
    timeoutMs,
    final: ['UNKNOWN_TOPIC_OR_PARTITION'],
    alreadyDone: ({ replicas }, error) =>
      replicas === null && 'code' in error && error.code === 'NO_REASSIGNMENT_IN_PROGRESS'
        ? true
        : undefined,
    attempt: async ({ items, remainingMs, report }) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      const topics = [...byTopic(items)].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, replicas }) => ({
          partitionIndex: partition,
          replicas,
        })),
      }));
      const { errorCode, errorMessage, responses } = await cluster.sendToAny(
        apis.AlterPartitionReassignments,
        { timeoutMs: wait, topics },
        sendOptions,
      );
      const error = ProtocolError.fromCode(errorCode, errorMessage);
      if (error) throw error;
      const replies = repliesByPartition(responses);
      for (const item of items) {
        const reply = replies.get(nameOfPartition(item));
        if (reply) report.reply(item, reply.errorCode, reply.errorMessage, () => true);
      }
    },
  });
}
