import type { ClusterMetadata } from '../network';
import { ProtocolError } from '../protocol/protocol-error';
import type { OffsetPosition } from './offset-position';
import { formatPartition, type TopicPartition } from './topic-partition';

/** What to read: a partition, or without `partition` all of the topic that there are now. */
export interface AssignmentTarget {
  readonly topic: string;
  readonly partition?: number;
  /**
   * Where to begin. Default: where reading stands, for partitions that were assigned before, else
   * what `autoOffsetReset` says.
   */
  readonly offset?: OffsetPosition;
}

/** One partition with the place to begin at, if one was given. */
export interface ResolvedTarget extends TopicPartition {
  readonly offset: OffsetPosition | undefined;
}

/**
 * The partitions that are meant; of one named twice the last counts.
 *
 * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION for a partition that does not exist
 */
export function resolveTargets(
  targets: readonly AssignmentTarget[],
  metadata: ClusterMetadata,
): ResolvedTarget[] {
  const found = new Map<string, ResolvedTarget>();
  for (const { topic, partition, offset } of targets) {
    const count = metadata.topic(topic)?.partitions.length ?? 0;
    const numbers = partition === undefined ? [...Array(count).keys()] : [partition];
    for (const number of numbers) {
      if (!Number.isInteger(number) || number < 0 || number >= count) {
        throw new ProtocolError(
          'UNKNOWN_TOPIC_OR_PARTITION',
          `There is no partition ${number} in topic "${topic}", which has ${count}.`,
        );
      }
      const at = { topic, partition: number, offset };
      found.set(formatPartition(at), at);
    }
  }
  return [...found.values()];
}
