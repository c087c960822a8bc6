import type { decodeOffsetValue } from '../../broker/coordinator/group/offsets-topic/offset-records';

/** What a record of `__consumer_offsets` says of an offset. */
export type Committed = NonNullable<ReturnType<typeof decodeOffsetValue>>;

/** Its fields as JSON has them, in the order and with those of Kafka's OffsetCommitValue.json. */
export function offsetValueFields(version: number, committed: Committed): object {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp } = committed;
  return {
    offset,
    ...(version >= 3 && { leaderEpoch }),
    metadata,
    commitTimestamp,
    ...(version === 1 && { expireTimestamp: expireTimestamp ?? -1 }),
  };
}
