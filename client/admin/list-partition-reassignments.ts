import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { byTopic, type PartitionItem } from './ask-leaders';
import { brokerWait } from './broker-wait';
import type { AdminCallOptions } from './call-options';

/** A partition that is being moved. */
export interface OngoingReassignment extends PartitionItem {
  /** Brokers that hold the partition or are about to; the preferred leader first. */
  readonly replicas: readonly number[];
  /** Those of them that are still to be added. */
  readonly addingReplicas: readonly number[];
  /** Those of them that are still to be removed. */
  readonly removingReplicas: readonly number[];
}

/**
 * KIP-455. Any broker takes it and hands it on to the controller. Partitions that are not being
 * moved, or do not exist, are left out.
 *
 * @param partitions undefined for all
 */
export function listPartitionReassignments(
  cluster: Cluster,
  partitions: readonly PartitionItem[] | undefined,
  { timeoutMs }: AdminCallOptions = {},
): Promise<OngoingReassignment[]> {
  const asked = partitions
    ? [...byTopic(partitions)].map(([name, items]) => ({
        name,
        partitionIndexes: items.map(({ partition }) => partition),
      }))
    : null;
  return cluster.retrying(
    'Listing reassignments',
    async (_attempt, remainingMs) => {
      const { timeoutMs: wait, sendOptions } = brokerWait(cluster, remainingMs);
      const { errorCode, errorMessage, topics } = await cluster.sendToAny(
        apis.ListPartitionReassignments,
        { timeoutMs: wait, topics: asked },
        sendOptions,
      );
      const error = ProtocolError.fromCode(errorCode, errorMessage);
      if (error) throw error;
      return topics.flatMap(({ name: topic, partitions: found }) =>
        found.map(({ partitionIndex: partition, ...replicas }) => ({
          topic,
          partition,
          ...replicas,
        })),
      );
    },
    { timeoutMs },
  );
}
