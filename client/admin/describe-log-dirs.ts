import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askBrokers } from './ask-brokers';
import { byTopic, type PartitionItem } from './ask-leaders';
import type { AdminCallOptions } from './call-options';

/** A partition's copy in a log directory. */
export interface ReplicaInfo extends PartitionItem {
  /** Bytes of its segments. */
  readonly size: number;
  /** Records it is behind the high watermark. */
  readonly offsetLag: number;
  /** Whether it is a copy that is being moved to this directory. */
  readonly isFuture: boolean;
  /** How its compaction goes; undefined when it is not compacted, or the broker is none of ours. */
  readonly compaction?: CompactionStatus | undefined;
}

/** How the compaction of a partition's copy goes. */
export interface CompactionStatus {
  /** Everything below has been compacted. */
  readonly firstDirtyOffset: number;
  /** Part of its closed segments that is dirty, 0 to 1. */
  readonly dirtyRatio: number;
  /** Why it cannot be compacted; null when it can. */
  readonly uncleanable: string | null;
}

export interface LogDirDescription {
  /** Absolute path at the broker. */
  readonly path: string;
  /** Set when the directory has failed. */
  readonly error: ProtocolError | undefined;
  /** Bytes of the volume, -1 when unknown. */
  readonly totalBytes: number;
  /** Free bytes of the volume, -1 when unknown. */
  readonly usableBytes: number;
  readonly replicas: readonly ReplicaInfo[];
}

export interface BrokerLogDirs {
  readonly brokerId: number;
  readonly logDirs: readonly LogDirDescription[];
}

export interface DescribeLogDirsOptions extends AdminCallOptions {
  /** Brokers to ask. Default: all live ones. */
  brokerIds?: readonly number[];
  /** Partitions to tell of. Default: all. */
  partitions?: readonly PartitionItem[];
}

/** KIP-113: what lies in the log directories of brokers. Each broker is asked about its own. */
export function describeLogDirs(
  cluster: Cluster,
  { brokerIds, partitions, ...options }: DescribeLogDirsOptions = {},
): Promise<BrokerLogDirs[]> {
  const topics =
    partitions === undefined
      ? null
      : [...byTopic(partitions)].map(([topic, items]) => ({
          topic,
          partitions: items.map(({ partition }) => partition),
        }));
  return askBrokers(
    cluster,
    'Describing log directories',
    brokerIds,
    async ({ nodeId }) => {
      const reply = await cluster.sendToBroker(nodeId, apis.DescribeLogDirs, { topics });
      const error = ProtocolError.fromCode(reply.errorCode);
      if (error) throw error;
      return {
        brokerId: nodeId,
        logDirs: reply.results.map((dir) => ({
          path: dir.logDir,
          error: ProtocolError.fromCode(dir.errorCode),
          totalBytes: dir.totalBytes,
          usableBytes: dir.usableBytes,
          replicas: dir.topics.flatMap(({ name: topic, partitions: copies }) =>
            copies.map((copy) => ({
              topic,
              partition: copy.partitionIndex,
              size: copy.partitionSize,
              offsetLag: copy.offsetLag,
              isFuture: copy.isFutureKey,
              compaction: compactionOf(copy),
            })),
          ),
        })),
      };
    },
    options,
  );
}

function compactionOf({
  firstDirtyOffset,
  dirtyRatio,
  uncleanable,
}: CompactionStatus): CompactionStatus | undefined {
  return firstDirtyOffset < 0 ? undefined : { firstDirtyOffset, dirtyRatio, uncleanable };
}
