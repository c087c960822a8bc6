import type { apis } from '../protocol/apis';
import type { ResponseOf } from '../protocol/api';
import { errorFacts, type ClientAction, type ErrorName } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { batchSizeAt, RecordBatch } from '../records';
import { AbortedTransactions } from './aborted-transactions';
import type { AssignedPartition } from './assigned-partition';
import { PartitionReadError, UnreadableRecordsError } from './consumer-errors';
import type { ResolvedConsumerOptions } from './consumer-options';
import { FetchedRecords } from './fetched-records';
import type { TopicPartition } from './topic-partition';

type FetchResponse = ResponseOf<typeof apis.Fetch>;
export type PartitionReply = FetchResponse['responses'][number]['partitions'][number];

/**
 * What a reply means for a partition. `again`: repeat after a backoff. `elsewhere`: repeat where
 * the partition is now. `reset`: the offset is not there.
 */
export type FetchReaction = 'again' | 'elsewhere' | 'reset' | 'fail';

const exceptions: Partial<Record<ErrorName, FetchReaction>> = {
  // The broker found damage in its own log: the application must know, retrying hides it.
  CORRUPT_MESSAGE: 'fail',
  // The broker has not heard of its epoch yet, or the metadata is of a topic of the same name.
  UNKNOWN_LEADER_EPOCH: 'elsewhere',
  UNKNOWN_SERVER_ERROR: 'again',
};

const reactions: Partial<Record<ClientAction, FetchReaction>> = {
  retry: 'again',
  reconnect: 'again',
  'refresh-metadata': 'elsewhere',
  'reset-offset': 'reset',
};

export function reactionTo(name: ErrorName, action: ClientAction): FetchReaction {
  return exceptions[name] ?? reactions[action] ?? 'fail';
}

/** The reaction to the error code of a partition. */
export function reactionToCode(code: number): FetchReaction {
  const { name, action } = errorFacts(code);
  return reactionTo(name, action);
}

/** The error that the application gets for the error code of a partition. */
export function errorOfReply(at: AssignedPartition, { errorCode }: PartitionReply): Error {
  const error = ProtocolError.fromCode(errorCode) as ProtocolError;
  return error.code === 'CORRUPT_MESSAGE'
    ? new UnreadableRecordsError(at, at.fetchOffset, undefined, error)
    : new PartitionReadError(at, error);
}

/**
 * Adds what a reply brought to the partition that was asked for.
 *
 * @param isFirst whether no partition before it in the response had bytes; the first is never cut
 * @returns the bytes added
 * @throws UnreadableRecordsError when they cannot even be told apart into batches; then nothing
 *   was added
 */
export function takeRecords(
  partition: AssignedPartition,
  reply: PartitionReply,
  isFirst: boolean,
  options: Pick<ResolvedConsumerOptions, 'checkCrcs' | 'isolationLevel'>,
): number {
  const { records, abortedTransactions } = reply;
  if (records === null || records.length === 0) return 0;
  const { end, nextOffset, epoch } = wholeBatches(partition, records);
  if (end === 0 && !isFirst) return 0;
  if (nextOffset <= partition.fetchOffset) {
    const found = new ProtocolError(
      'CORRUPT_MESSAGE',
      `The broker sent ${records.length} bytes without anything from that offset on.`,
    );
    throw new UnreadableRecordsError(partition, partition.fetchOffset, undefined, found);
  }
  const aborted =
    options.isolationLevel === 'read_committed' && abortedTransactions?.length
      ? new AbortedTransactions(abortedTransactions)
      : undefined;
  const source: TopicPartition = { topic: partition.topic, partition: partition.partition };
  const fetched = new FetchedRecords(source, records, end, aborted, options.checkCrcs);
  partition.add(fetched, nextOffset, epoch);
  return end;
}

/** End of the last whole batch, the offset after it and its epoch. Bytes behind an impossible batch stay. */
function wholeBatches(partition: AssignedPartition, records: Buffer) {
  let end = 0;
  let last = -1;
  try {
    for (let size = batchSizeAt(records, 0, records.length); size > 0;) {
      last = end;
      end += size;
      size = batchSizeAt(records, end, records.length);
    }
  } catch (error) {
    // What is before it can be read; fetching from there on brings the damage to the front.
    if (end === 0) {
      throw new UnreadableRecordsError(partition, partition.fetchOffset, undefined, error);
    }
  }
  if (last < 0) return { end, nextOffset: -1, epoch: -1 };
  const { nextOffset, leaderEpoch } = new RecordBatch(records, last);
  return { end, nextOffset, epoch: leaderEpoch };
}
