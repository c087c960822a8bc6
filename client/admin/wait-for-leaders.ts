import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askTopics } from './ask-topics';

/** A topic and how many partitions it should have; undefined when that is not known. */
export interface ExpectedTopic {
  readonly topic: string;
  readonly numPartitions: number | undefined;
}

/**
 * Waits until the partitions of new topics have leaders, so that they can be used at once.
 *
 * @throws RetriesExhaustedError when they do not have them in time
 */
export async function waitForLeaders(
  cluster: Cluster,
  expected: readonly ExpectedTopic[],
  timeoutMs?: number,
): Promise<void> {
  if (expected.length === 0) return;
  await cluster.retrying(
    'Waiting for the leaders of new partitions',
    async () => {
      const found = await askTopics(
        cluster,
        expected.map(({ topic }) => topic),
      );
      for (const { topic, numPartitions } of expected) {
        const known = found.get(topic) ?? new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
        if (known instanceof ProtocolError) throw known;
        const led = known.partitions.filter(({ leader }) => leader >= 0).length;
        if (led < Math.max(known.partitions.length, numPartitions ?? 1)) {
          throw new ProtocolError(
            'LEADER_NOT_AVAILABLE',
            `${led} of ${numPartitions ?? known.partitions.length} partitions of topic "${topic}" have a leader.`,
          );
        }
      }
    },
    { timeoutMs },
  );
}
