import type { OffsetToCommit } from '../consumer';
import { KafkaJSNonRetriableError } from './errors';
import type {
  Offsets,
  TopicPartitionOffset,
  TopicPartitionOffsetAndMetadata,
} from './offset-types';

/** What `commitOffsetsIfNecessary` is given. */
export function offsetsToCommit({ topics }: Offsets): OffsetToCommit[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => checkedCommit({ topic, partition, offset })),
  );
}

/** @throws KafkaJSNonRetriableError */
export function checkedCommit({
  metadata,
  ...at
}: TopicPartitionOffsetAndMetadata): OffsetToCommit {
  const offset = checkedOffset(at);
  if (offset < 0) throw new KafkaJSNonRetriableError('Offset must not be a negative number');
  if (metadata != null && typeof metadata !== 'string') {
    throw new KafkaJSNonRetriableError(
      `Invalid offset metadata, expected string or null, received ${String(metadata)}`,
    );
  }
  const { topic, partition } = at;
  return { topic, partition, offset, ...(metadata == null ? {} : { metadata }) };
}

/**
 * A place to seek; -1 is the end, -2 the begin.
 *
 * @throws KafkaJSNonRetriableError
 */
export function checkedSeek(at: TopicPartitionOffset) {
  const offset = checkedOffset(at);
  if (offset < -2) throw new KafkaJSNonRetriableError('Offset must not be a negative number');
  return { topic: at.topic, partition: at.partition, offset };
}

/** @throws KafkaJSNonRetriableError */
export function checkSelection(
  selection: readonly { topic: string; partitions?: number[] }[],
): void {
  for (const entry of selection as readonly ({ topic?: string; partitions?: unknown } | null)[]) {
    if (!entry?.topic) {
      throw new KafkaJSNonRetriableError(`Invalid topic ${String(entry && entry.topic)}`);
    }
    const { partitions } = entry;
    const isList = Array.isArray(partitions) && !partitions.some((one) => isNaN(Number(one)));
    if (partitions === undefined || isList) continue;
    throw new KafkaJSNonRetriableError(
      `Array of valid partitions required to pause specific partitions instead of ${String(partitions)}`,
    );
  }
}

function checkedOffset({ topic, partition, offset }: TopicPartitionOffset): number {
  if (!topic) throw new KafkaJSNonRetriableError(`Invalid topic ${String(topic)}`);
  if (isNaN(partition)) {
    throw new KafkaJSNonRetriableError(
      `Invalid partition, expected a number received ${String(partition)}`,
    );
  }
  const number = Number(offset);
  if (offset !== '' && Number.isSafeInteger(number)) return number;
  throw new KafkaJSNonRetriableError(`Invalid offset, expected a long received ${String(offset)}`);
}
