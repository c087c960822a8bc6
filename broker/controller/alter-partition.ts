import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import type { AlterPartition } from '../../client/protocol/messages/alter-partition';
import {
  type PartitionState,
  type PartitionUpdateOutcome,
  type StoredPartitionState,
} from '../../zk-coordination';
import { tellEverybody } from './announcements';
import { decideIsrChange, type IsrRequest } from './isr-change-decision';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { isBeingReassigned } from './reassignment';
import { reread } from './state-changes';

type Request = RequestOf<typeof AlterPartition>;
type Response = ResponseInput<typeof AlterPartition>;
type PartitionResponse = Response['topics'][number]['partitions'][number];

interface Item {
  readonly topicId: string;
  readonly index: number;
  readonly partition: ControlledPartition | undefined;
  /** What is to be written. */
  readonly next: PartitionState | undefined;
  error: ErrorName | null;
}

/**
 * A leader asks for another ISR (KIP-497). Checked, written by compare-and-set in one batch,
 * answered with what is in force, and told to everybody.
 */
export async function alterPartition(term: ControllerTerm, request: Request): Promise<Response> {
  const { context } = term;
  if (!context.isCurrent(request.brokerId, BigInt(request.brokerEpoch))) {
    return { throttleTimeMs: 0, errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [] };
  }
  const items = request.topics.flatMap(({ topicId, partitions }) =>
    partitions.map((wish) => decide(term, request.brokerId, topicId, wish)),
  );
  await write(
    term,
    items.filter(({ next }) => next !== undefined),
  );
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, topics: answers(items) };
}

function decide(
  term: ControllerTerm,
  brokerId: number,
  topicId: string,
  wish: IsrRequest & { readonly partitionIndex: number },
): Item {
  const { context } = term;
  const topic = context.topicById(topicId);
  const partition = topic?.partitions.get(wish.partitionIndex);
  const item = { topicId, index: wish.partitionIndex, partition };
  if (!topic) return { ...item, next: undefined, error: 'UNKNOWN_TOPIC_ID' };
  const decision = decideIsrChange(context, partition, brokerId, wish);
  if ('error' in decision) return { ...item, next: undefined, error: decision.error };
  return { ...item, next: decision.next, error: null };
}

async function write(term: ControllerTerm, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  const { states } = term.env.stores;
  const updates = items.flatMap(({ partition, next }) =>
    partition?.state && next
      ? [
          {
            topic: partition.topic,
            partition: partition.partition,
            state: next,
            expected: partition.state.partitionEpoch,
          },
        ]
      : [],
  );
  const outcomes = await term.during(states.updateMany(updates, term.writer));
  const written = take(term, items, outcomes);
  // A lost compare-and-set shows that the context is out of date (H12).
  await reread(
    term,
    items.flatMap(({ partition, error }) => (partition && error !== null ? [partition] : [])),
  );
  tellEverybody(term, written);
  const reassigned = written.filter(({ assignment }) => isBeingReassigned(assignment));
  if (reassigned.length > 0) term.put({ type: 'reassignments-advanced', partitions: reassigned });
}

/** @returns the partitions whose ISR is another now */
function take(
  term: ControllerTerm,
  items: readonly Item[],
  outcomes: readonly PartitionUpdateOutcome[],
): ControlledPartition[] {
  const written: ControlledPartition[] = [];
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[index];
    const { partition, next } = item;
    if (!partition || !next || !outcome) continue;
    if (outcome.written === null) {
      item.error =
        outcome.reason === 'gone' ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_UPDATE_VERSION';
      continue;
    }
    logIsr(term, partition, partition.state?.isr ?? [], next.isr);
    partition.state = { ...next, partitionEpoch: outcome.written };
    written.push(partition);
  }
  return written;
}

function logIsr(
  { env }: ControllerTerm,
  { topic, partition }: ControlledPartition,
  before: readonly number[],
  isr: readonly number[],
): void {
  env.logger.info(
    { event: 'isr-changed', topic, partition, isr, before },
    `The ISR of ${topic}-${partition} is ${isr.join(', ')} now (was ${before.join(', ')}).`,
  );
}

function answers(items: readonly Item[]): Response['topics'] {
  const perTopic = new Map<string, PartitionResponse[]>();
  for (const item of items) {
    const list = perTopic.get(item.topicId) ?? [];
    list.push(answer(item));
    perTopic.set(item.topicId, list);
  }
  return [...perTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
}

/**
 * A leader that went by an older state is told the present one with the refusal, or it would ask on
 * the same basis for ever (KAFKA-2729).
 */
function answer({ index, partition, error }: Item): PartitionResponse {
  const state: StoredPartitionState | undefined = partition?.state;
  const errorCode = error === null ? ErrorCode.NONE : ErrorCode[error];
  if (!state || (error !== null && error !== 'INVALID_UPDATE_VERSION')) {
    return {
      partitionIndex: index,
      errorCode: errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      leaderId: -1,
      leaderEpoch: -1,
      isr: [],
      leaderRecoveryState: 0,
      partitionEpoch: -1,
    };
  }
  return {
    partitionIndex: index,
    errorCode,
    leaderId: state.leader,
    leaderEpoch: state.leaderEpoch,
    isr: state.isr,
    leaderRecoveryState: state.leaderRecoveryState === 'recovering' ? 1 : 0,
    partitionEpoch: state.partitionEpoch,
  };
}
