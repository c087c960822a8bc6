import { ProtocolError } from '../../client/protocol/protocol-error';
import { describeError } from '../../client/runtime/error';
import {
  ZkError,
  type PartitionAssignment,
  type StoredTopic,
  type TopicPartition,
} from '../../zk-coordination';
import { tellEverybody, tellReplicas } from './announcements';
import type { ControlledPartition, ReplicaLife } from './controlled-partition';
import { assignmentsOf } from './controlled-topic';
import type { ControllerTerm } from './controller-term';
import { withoutReplicas, withRaisedEpoch, type ElectionStrategy } from './elections';
import { electLeaders } from './leader-elections';
import {
  isBeingReassigned,
  isReadyToComplete,
  sameAssignment,
  targetReplicas,
} from './reassignment';
import {
  planCatchUp,
  planCompletion,
  planUpdate,
  type ReassignmentStep,
} from './reassignment-plan';
import { mayReplicaMove, moveReplicas } from './replica-state-machine';
import { changeStates } from './state-changes';

/** Before a reassignment that could not go on is tried again. */
const RETRY_MS = 5_000;

/** Partitions whose replicas have been told, in the term they belong to, what is to come. */
const catchingUp = new WeakSet<ControlledPartition>();

/**
 * Begins a reassignment, or replaces the one that is under way, and takes it as far as it goes now.
 *
 * @param next what `decideReassignment` has decided
 * @throws ProtocolError when it could not be put on record; once it is, it goes on by itself
 */
export async function reassign(
  term: ControllerTerm,
  partition: ControlledPartition,
  next: PartitionAssignment,
): Promise<void> {
  const { topic, partition: index, assignment: from } = partition;
  if (sameAssignment(from, next)) return;
  catchingUp.delete(partition);
  await carryOut(term, partition, planUpdate(from, next, partition.state?.leader ?? -1));
  term.env.logger.info(
    { event: 'reassignment-begun', topic, partition: index, from: from.replicas, ...next },
    `Partition ${topic}-${index} moves to brokers ${targetReplicas(next).join(', ')}.`,
  );
  await tryToGoOn(term, partition);
}

/**
 * What reassignments wait for may have happened: the ISR has grown, a broker has come, or another
 * controller has begun them. Those that can be completed are.
 *
 * @param names none for all that are under way
 */
export async function advanceReassignments(
  term: ControllerTerm,
  names: readonly TopicPartition[],
): Promise<void> {
  const { context } = term;
  const partitions =
    names.length === 0
      ? [...context.partitions()]
      : names.flatMap((name) => context.partition(name) ?? []);
  for (const partition of partitions) {
    if (isBeingReassigned(partition.assignment) && !isGone(partition)) {
      await tryToGoOn(term, partition);
    }
  }
}

async function tryToGoOn(term: ControllerTerm, partition: ControlledPartition): Promise<void> {
  try {
    await goOn(term, partition);
  } catch (error) {
    // It is on record, and tried again in a while.
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** Phase B when it is time for it, else phase A unless that has been done. */
async function goOn(term: ControllerTerm, partition: ControlledPartition): Promise<void> {
  const { assignment, state } = partition;
  const canLead = (id: number) => mayLead(term, partition, id);
  if (isReadyToComplete(assignment, state?.isr ?? [], canLead)) {
    await carryOut(term, partition, planCompletion(assignment, state?.leader ?? -1, canLead));
  } else if (!catchingUp.has(partition)) {
    await carryOut(term, partition, planCatchUp(assignment));
    catchingUp.add(partition);
  }
}

/** Whether a broker is alive, with its replica, and not shutting down. */
export function mayLead(
  { context }: ControllerTerm,
  partition: ControlledPartition,
  brokerId: number,
): boolean {
  return context.isActive(brokerId) && context.isReplicaOnline(partition, brokerId);
}

/**
 * Carries out a plan step by step. Where it cannot go on, what is in ZooKeeper is in force: memory
 * goes back to it, and all is tried again in a while.
 */
async function carryOut(
  term: ControllerTerm,
  partition: ControlledPartition,
  plan: readonly ReassignmentStep[],
): Promise<void> {
  let inForce = partition.assignment;
  try {
    for (const step of plan) {
      await STEPS[step.type](term, partition, step as never);
      if (step.type === 'store-assignment') inForce = step.assignment;
    }
  } catch (error) {
    partition.assignment = inForce;
    catchingUp.delete(partition);
    const { topic, partition: index } = partition;
    term.env.logger.warn(
      { event: 'reassignment-stopped', topic, partition: index, error: describeError(error) },
      `The reassignment of ${topic}-${index} cannot go on now; it is tried again.`,
    );
    term.putLater({ type: 'reassignments-advanced', partitions: [] }, RETRY_MS);
    throw error;
  }
}

type StepOf<T extends ReassignmentStep['type']> = Extract<ReassignmentStep, { readonly type: T }>;

const STEPS: {
  readonly [T in ReassignmentStep['type']]: (
    term: ControllerTerm,
    partition: ControlledPartition,
    step: StepOf<T>,
  ) => Promise<void>;
} = {
  'store-assignment': storeAssignment,
  'assume-assignment': async (_, partition, { assignment }) => {
    partition.assignment = assignment;
  },
  'elect-leader': async (term, partition, { strategy }) => electOne(term, partition, strategy),
  'raise-leader-epoch': async (term, partition, { newReplicas }) => {
    if (!partition.state) return;
    const raised = await changeStates(term, [partition], (_, state) =>
      withRaisedEpoch(state, term.epoch),
    );
    if (raised.length === 0)
      throw new ProtocolError('OPERATION_NOT_ATTEMPTED', 'The leader epoch could not be raised.');
    tell(term, partition, newReplicas);
  },
  'start-replicas': async (term, partition, { brokers }) => move(term, partition, brokers, 'new'),
  'bring-online': async (term, partition, { brokers }) =>
    move(
      term,
      partition,
      brokers.filter((id) => term.context.isReplicaOnline(partition, id)),
      'online',
    ),
  'remove-replicas': async (term, partition, { brokers }) =>
    removeReplicas(term, partition, brokers),
  finish: async (term, partition) => finish(term, partition),
};

/** In ZooKeeper first, then in memory. Partitions that somebody has added meanwhile stay. */
async function storeAssignment(
  term: ControllerTerm,
  partition: ControlledPartition,
  { assignment }: StepOf<'store-assignment'>,
): Promise<void> {
  const { context, env, writer } = term;
  const topic = context.topics.get(partition.topic);
  if (!topic) throw topicGone();
  const change = new Map([[partition.partition, assignment]]);
  const topicId = topic.topicId === '' ? null : topic.topicId;
  const write = (partitions: StoredTopic['partitions'], version: number) =>
    env.stores.topics.setAssignment(topic.name, { topicId, partitions }, version, writer);
  try {
    topic.version = await term.during(write(assignmentsOf(topic, change), topic.version));
  } catch (error) {
    if (!ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) throw error;
    // The version in memory stays as it is, so that what was added is still seen as a change.
    for (let written = false; !written;) {
      const stored = await term.during(env.stores.topics.get(topic.name));
      if (stored?.czxid !== topic.czxid) throw topicGone();
      const merged = new Map([...stored.partitions, ...change]);
      written = await term.during(succeeds(write(merged, stored.version)));
    }
  }
  partition.assignment = assignment;
}

function topicGone(): ProtocolError {
  return new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', 'The topic is gone.');
}

/** Whether a compare-and-set was the first. */
async function succeeds(write: Promise<number>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) return false;
    throw error;
  }
}

async function electOne(
  term: ControllerTerm,
  partition: ControlledPartition,
  strategy: ElectionStrategy,
): Promise<void> {
  const { changes } = await electLeaders(term, [partition], strategy, 'reassignment');
  if (changes.length === 0) throw new ProtocolError('ELIGIBLE_LEADERS_NOT_AVAILABLE');
  tell(term, partition);
}

/** Out of the ISR, then off the brokers. Those that are dead find out when they come back. */
async function removeReplicas(
  term: ControllerTerm,
  partition: ControlledPartition,
  brokers: readonly number[],
): Promise<void> {
  if (brokers.length === 0) return;
  const { context, outbox } = term;
  const leaving = new Set(brokers);
  move(term, partition, brokers, 'offline');
  const changes = await changeStates(term, [partition], (_, state) => {
    const next = withoutReplicas(state, leaving, term.epoch);
    // Unlike who is dead, a replica that leaves still fetches: under an epoch that is over.
    return next && withRaisedEpoch(next, term.epoch);
  });
  if (partition.state?.isr.some((id) => leaving.has(id))) {
    throw new ProtocolError(
      'OPERATION_NOT_ATTEMPTED',
      'The replicas that leave could not be taken out of the ISR.',
    );
  }
  if (changes.length > 0) tell(term, partition);
  for (const id of brokers) {
    const stop = {
      topic: partition.topic,
      partition: partition.partition,
      leaderEpoch: partition.state?.leaderEpoch ?? -1,
      deletePartition: true,
    };
    outbox.stopReplicas(id, [stop]);
    context.forgetFailedReplica(partition, id);
  }
  for (const life of ['deletion-started', 'deletion-successful', 'nonexistent'] as const) {
    move(term, partition, brokers, life);
  }
}

async function finish(term: ControllerTerm, partition: ControlledPartition): Promise<void> {
  const { context, env, writer } = term;
  const { topic, partition: index, assignment } = partition;
  catchingUp.delete(partition);
  env.logger.info(
    { event: 'reassignment-complete', topic, partition: index, replicas: assignment.replicas },
    `Partition ${topic}-${index} is on brokers ${assignment.replicas.join(', ')} now.`,
  );
  tellEverybody(term, [partition]);
  if (context.isToBeDeleted(topic)) term.put({ type: 'deletions-resumed' });
  await term.during(
    env.stores.reassignments.remove(
      (wish) =>
        wish.topic === topic &&
        wish.partition === index &&
        wish.replicas.join() === assignment.replicas.join(),
      writer,
    ),
  );
}

function tell(
  term: ControllerTerm,
  partition: ControlledPartition,
  newReplicas: readonly number[] = [],
): void {
  tellReplicas(term, [partition], (_, id) => newReplicas.includes(id));
  tellEverybody(term, [partition]);
}

/** Moves those replicas on that are not there yet; another controller may have moved them. */
function move(
  { context, env }: ControllerTerm,
  partition: ControlledPartition,
  brokers: readonly number[],
  to: ReplicaLife,
): void {
  const replicas = brokers
    .map((brokerId) => ({ partition, brokerId }))
    .filter((replica) => mayReplicaMove(context.replicaLife(replica), to));
  moveReplicas(context, replicas, to, env.logger);
}

/** A topic whose deletion has begun is not moved any more. */
function isGone({ life }: ControlledPartition): boolean {
  return life === 'nonexistent';
}
