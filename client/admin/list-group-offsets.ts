import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { AdminError } from './admin-error';
import { askCoordinator } from './ask-coordinators';
import { byTopic, nameOfPartition, type PartitionItem } from './ask-leaders';
import type { AdminCallOptions } from './call-options';

/** How far a group has read a partition. */
export interface GroupOffset extends PartitionItem {
  /** Of the next record to read; -1 when the group has committed none. */
  readonly offset: number;
  /** Leader epoch of the last record read, -1 when unknown. */
  readonly leaderEpoch: number;
  /** What was stored with it. */
  readonly metadata: string;
}

export interface ListGroupOffsetsOptions extends AdminCallOptions {
  /** Default: all that the group has committed. */
  partitions?: readonly PartitionItem[];
  /** Whether to wait for transactions that are about to change offsets. Default false. */
  requireStable?: boolean;
}

/** Offsets that a group has committed, asked of its coordinator. */
export function listGroupOffsets(
  cluster: Cluster,
  groupId: string,
  { partitions, requireStable = false, timeoutMs }: ListGroupOffsetsOptions = {},
): Promise<GroupOffset[]> {
  const what = 'Listing group offsets';
  const topics =
    partitions === undefined
      ? null
      : [...byTopic(partitions)].map(([name, items]) => ({
          name,
          partitionIndexes: items.map(({ partition }) => partition),
        }));
  return askCoordinator(
    cluster,
    what,
    groupId,
    async ({ nodeId }) => {
      const { groups } = await cluster.sendToBroker(nodeId, apis.OffsetFetch, {
        groups: [{ groupId, topics }],
        requireStable,
      });
      const group = groups.find((one) => one.groupId === groupId);
      const error = group
        ? ProtocolError.fromCode(group.errorCode)
        : new ProtocolError('UNKNOWN_SERVER_ERROR', 'The broker did not answer it.');
      if (error) throw error;
      const offsets: GroupOffset[] = [];
      const failures = new Map<string, ProtocolError>();
      for (const { name: topic, partitions: replies } of group?.topics ?? []) {
        for (const reply of replies) {
          const item = { topic, partition: reply.partitionIndex };
          const failure = ProtocolError.fromCode(reply.errorCode);
          if (failure) failures.set(nameOfPartition(item), failure);
          offsets.push({
            ...item,
            offset: reply.committedOffset,
            leaderEpoch: reply.committedLeaderEpoch,
            metadata: reply.metadata ?? '',
          });
        }
      }
      if (failures.size > 0) throw new AdminError(what, failures);
      return offsets.sort(inOrder);
    },
    timeoutMs,
  );
}

function inOrder(a: PartitionItem, b: PartitionItem): number {
  if (a.topic === b.topic) return a.partition - b.partition;
  return a.topic < b.topic ? -1 : 1;
}
