import { ProtocolError } from '../protocol/protocol-error';
import type { PartitionQueue } from './partition-queue';

/**
 * Why nobody is known to lead a partition: what the last question for metadata ended with, or what
 * the brokers say about the topic, or that they know no leader either.
 */
export function missingLeader(
  { topic, partition, trouble }: Pick<PartitionQueue, 'topic' | 'partition' | 'trouble'>,
  refreshFailure: Error | undefined,
  topicErrors: ReadonlyMap<string, ProtocolError>,
): Error {
  const told = refreshFailure ?? topicErrors.get(topic);
  if (told) return told;
  const before = trouble?.error;
  if (before instanceof ProtocolError && before.code === 'LEADER_NOT_AVAILABLE') return before;
  const text = `${topic}-${partition} has no known leader.`;
  return new ProtocolError('LEADER_NOT_AVAILABLE', text);
}
