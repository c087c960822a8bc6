import { apis } from '../protocol/apis';
import { OffsetSpec } from '../protocol/messages/list-offsets';
import type { Cluster } from '../network';
import {
  askLeaders,
  byTopic,
  nameOfPartition,
  repliesByPartition,
  type PartitionItem,
} from './ask-leaders';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

const SPECS = {
  latest: OffsetSpec.LATEST,
  earliest: OffsetSpec.EARLIEST,
  'max-timestamp': OffsetSpec.MAX_TIMESTAMP,
} as const;

export interface ListOffsetsQuestion extends PartitionItem {
  /**
   * `latest`: the high watermark (or last stable offset). `earliest`: the first offset.
   * `max-timestamp`: the record with the largest timestamp. A number: the first record at or after
   * that many milliseconds since the epoch (the negative numbers of the protocol mean the same as
   * the names). Default `latest`.
   */
  at?: keyof typeof SPECS | number;
}

export interface ListedOffset extends PartitionItem {
  /** -1 when no record is that young. */
  readonly offset: number;
  /** Milliseconds since the epoch of the record found, -1 when it was not asked by time. */
  readonly timestamp: number;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
}

export interface ListOffsetsOptions extends AdminCallOptions {
  /** Which `latest` is meant. Default `read-uncommitted`. */
  isolationLevel?: 'read-uncommitted' | 'read-committed';
}

/** Offsets of partitions by place or time, asked of their leaders. */
export function listOffsets(
  cluster: Cluster,
  questions: readonly ListOffsetsQuestion[],
  { timeoutMs, isolationLevel = 'read-uncommitted' }: ListOffsetsOptions = {},
): Promise<ListedOffset[]> {
  return settleEach<ListOffsetsQuestion, ListedOffset>(cluster, {
    what: 'Listing offsets',
    items: questions,
    nameOf: nameOfPartition,
    timeoutMs,
    attempt: ({ items, report }) =>
      askLeaders(cluster, {
        api: apis.ListOffsets,
        items,
        failed: report.failed,
        bodyFor: (group) => ({
          isolationLevel: isolationLevel === 'read-committed' ? 1 : 0,
          topics: [...byTopic(group)].map(([name, partitions]) => ({
            name,
            partitions: partitions.map(({ partition, at = 'latest' }) => ({
              partitionIndex: partition,
              timestamp: typeof at === 'number' ? at : SPECS[at],
            })),
          })),
        }),
        answered: (group, { topics }) => {
          const replies = repliesByPartition(topics);
          for (const item of group) {
            const reply = replies.get(nameOfPartition(item));
            if (!reply) continue;
            const { errorCode, offset, timestamp, leaderEpoch } = reply;
            report.reply(item, errorCode, null, () => ({
              topic: item.topic,
              partition: item.partition,
              offset,
              timestamp,
              leaderEpoch,
            }));
          }
        },
      }),
  });
}
