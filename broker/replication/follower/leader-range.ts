import { ListOffsets, OffsetSpec } from '../../../client/protocol/messages/list-offsets';
import { partitionName } from '../../log';
import type { PeerChannel } from '../../peers/peer-channel';
import { byTopic } from './fetch-session-builder';
import type { Follower } from './follower';

/** Where a leader's log begins and ends, or why it does not say. */
export interface LeaderRange {
  readonly errorCode: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * Asks a leader where its logs begin and end. As a replica: the end is the log end, not the high
 * watermark.
 *
 * @returns by partition name
 * @throws what {@link PeerChannel.send} throws
 */
export async function askLeaderRanges(
  channel: PeerChannel,
  brokerId: number,
  followers: readonly Follower[],
  timeoutMs: number,
): Promise<Map<string, LeaderRange>> {
  const ask = (timestamp: number) => askOffsets(channel, brokerId, followers, timestamp, timeoutMs);
  const [starts, ends] = await Promise.all([ask(OffsetSpec.EARLIEST), ask(OffsetSpec.LATEST)]);
  const ranges = new Map<string, LeaderRange>();
  for (const [name, start] of starts) {
    const end = ends.get(name);
    if (!end) continue;
    ranges.set(name, {
      errorCode: start.errorCode || end.errorCode,
      startOffset: start.offset,
      endOffset: end.offset,
    });
  }
  return ranges;
}

async function askOffsets(
  channel: PeerChannel,
  brokerId: number,
  followers: readonly Follower[],
  timestamp: number,
  timeoutMs: number,
): Promise<Map<string, { errorCode: number; offset: number }>> {
  const topics = byTopic(followers, ({ topicPartition }) => topicPartition);
  const response = await channel.send(
    ListOffsets,
    {
      replicaId: brokerId,
      topics: topics.map(([name, members]) => ({
        name,
        partitions: members.map(({ topicPartition, leaderEpoch }) => ({
          partitionIndex: topicPartition.partition,
          currentLeaderEpoch: leaderEpoch,
          timestamp,
        })),
      })),
    },
    { timeoutMs },
  );
  const offsets = new Map<string, { errorCode: number; offset: number }>();
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode, offset } of partitions) {
      offsets.set(partitionName({ topic: name, partition: partitionIndex }), { errorCode, offset });
    }
  }
  return offsets;
}
