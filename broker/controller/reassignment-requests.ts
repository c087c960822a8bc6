import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import type { ListPartitionReassignments } from '../../client/protocol/messages/list-partition-reassignments';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { RequestedReassignment, TopicPartition } from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { isBeingReassigned, targetReplicas } from './reassignment';
import { mayLead, reassign } from './reassignment-driver';
import { decideReassignment } from './reassignment-request';

type AlterRequest = RequestOf<typeof AlterPartitionReassignments>;
type AlterResponse = ResponseInput<typeof AlterPartitionReassignments>;
type ListRequest = RequestOf<typeof ListPartitionReassignments>;
type ListResponse = ResponseInput<typeof ListPartitionReassignments>;

/** Begins, replaces and cancels reassignments (KIP-455); they go on after the answer. */
export async function alterPartitionReassignments(
  term: ControllerTerm,
  request: AlterRequest,
): Promise<AlterResponse> {
  const accepted: TopicPartition[] = [];
  const responses: AlterResponse['responses'][number][] = [];
  for (const { name, partitions } of request.topics) {
    const results: AlterResponse['responses'][number]['partitions'][number][] = [];
    for (const { partitionIndex, replicas } of partitions) {
      const wish = { topic: name, partition: partitionIndex };
      const error = await tryToReassign(term, wish, replicas);
      if (!error) accepted.push(wish);
      results.push({
        partitionIndex,
        errorCode: error?.errorCode ?? ErrorCode.NONE,
        errorMessage: error?.message ?? null,
      });
    }
    responses.push({ name, partitions: results });
  }
  // What is asked for later counts, whichever way it came.
  if (accepted.length > 0) await takeOut(term, accepted);
  return { errorCode: ErrorCode.NONE, errorMessage: null, responses };
}

/** Tells which reassignments are under way. */
export async function listPartitionReassignments(
  { context }: ControllerTerm,
  { topics }: ListRequest,
): Promise<ListResponse> {
  const asked = topics
    ? topics.flatMap(({ name, partitionIndexes }) =>
        partitionIndexes.flatMap(
          (partition) => context.partition({ topic: name, partition }) ?? [],
        ),
      )
    : [...context.partitions()];
  const perTopic = new Map<string, ControlledPartition[]>();
  for (const partition of new Set(asked)) {
    if (!isBeingReassigned(partition.assignment)) continue;
    const listed = perTopic.get(partition.topic);
    if (listed) listed.push(partition);
    else perTopic.set(partition.topic, [partition]);
  }
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topics: [...perTopic].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, assignment }) => ({
        partitionIndex: partition,
        replicas: assignment.replicas,
        addingReplicas: assignment.adding,
        removingReplicas: assignment.removing,
      })),
    })),
  };
}

/** Old tools ask for reassignments through a znode. What is refused or done is taken out of it. */
export async function onReassignmentWished(
  term: ControllerTerm,
  requests: readonly RequestedReassignment[],
): Promise<void> {
  const over: RequestedReassignment[] = [];
  for (const request of requests) {
    const { topic, partition, replicas } = request;
    const known = term.context.partition(request);
    const isSame = known && targetReplicas(known.assignment).join() === replicas.join();
    if (isSame && isBeingReassigned(known.assignment)) continue;
    const error = isSame ? undefined : await tryToReassign(term, request, replicas);
    if (!isSame && !error) continue;
    over.push(request);
    if (!error) continue;
    term.env.logger.warn(
      { event: 'reassignment-refused', topic, partition, replicas, error: error.code },
      `Partition ${topic}-${partition} cannot be reassigned: ${error.message}`,
    );
  }
  if (over.length > 0 || requests.length === 0) await takeOut(term, over);
}

/** @returns why not, undefined when it has begun */
async function tryToReassign(
  term: ControllerTerm,
  name: TopicPartition,
  target: readonly number[] | null,
): Promise<ProtocolError | undefined> {
  const { context } = term;
  const known = context.partition(name);
  // The deletion of a topic waits for its reassignments: that they can be cancelled ends the wait.
  const holdsUp = target === null && known !== undefined && isBeingReassigned(known.assignment);
  const partition = context.isToBeDeleted(name.topic) && !holdsUp ? undefined : known;
  try {
    const next = decideReassignment(
      target,
      partition && { assignment: partition.assignment, isr: partition.state?.isr },
      (id) => (partition ? mayLead(term, partition, id) : false),
    );
    if (partition) await reassign(term, partition, next);
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

async function takeOut(term: ControllerTerm, partitions: readonly TopicPartition[]): Promise<void> {
  await term.during(
    term.env.stores.reassignments.remove(
      (wish) =>
        partitions.some(
          ({ topic, partition }) => topic === wish.topic && partition === wish.partition,
        ),
      term.writer,
    ),
  );
}
