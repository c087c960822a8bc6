import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import { ElectionType, type ElectLeaders } from '../../client/protocol/messages/elect-leaders';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { RequestedElection, TopicPartition } from '../../zk-coordination';
import { tellEverybody, tellReplicas } from './announcements';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { electLeaders as holdElections } from './leader-elections';
import {
  assertElectable,
  electionError,
  partitionsToRebalance,
  type RequestedElectionType,
} from './preferred-elections';

type Request = RequestOf<typeof ElectLeaders>;
type Response = ResponseInput<typeof ElectLeaders>;
type Result = Response['replicaElectionResults'][number]['partitionResult'][number];

const TYPES: ReadonlyMap<number, RequestedElectionType> = new Map([
  [ElectionType.PREFERRED, 'preferred'],
  [ElectionType.UNCLEAN, 'unclean'],
]);

/**
 * Elects leaders that were asked for by hand (KIP-460).
 *
 * @throws ProtocolError INVALID_REQUEST for a type of election that nobody knows
 */
export async function electLeaders(term: ControllerTerm, request: Request): Promise<Response> {
  const type = TYPES.get(request.electionType);
  if (!type) {
    const text = `There is no election of type ${request.electionType}.`;
    throw new ProtocolError('INVALID_REQUEST', text);
  }
  const wanted = request.topicPartitions
    ? request.topicPartitions.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      )
    : [...term.context.partitions()];
  const errors = await elect(term, wanted, type, 'asked for by hand');
  const perTopic = new Map<string, Result[]>();
  for (const [index, { topic, partition }] of wanted.entries()) {
    const error = errors[index];
    // Who asks for all wants to hear only of those where something happened.
    if (!request.topicPartitions && error?.code === 'ELECTION_NOT_NEEDED') continue;
    const results = perTopic.get(topic) ?? [];
    results.push({
      partitionId: partition,
      errorCode: error?.errorCode ?? ErrorCode.NONE,
      errorMessage: error?.message ?? null,
    });
    perTopic.set(topic, results);
  }
  return {
    errorCode: ErrorCode.NONE,
    replicaElectionResults: [...perTopic].map(([topic, partitionResult]) => ({
      topic,
      partitionResult,
    })),
  };
}

/** Old tools ask for preferred leaders through a znode, which is deleted when that is done. */
export async function onPreferredElectionWished(
  term: ControllerTerm,
  election: RequestedElection,
): Promise<void> {
  const { env, writer } = term;
  const errors = await elect(term, election.partitions, 'preferred', 'asked for through ZooKeeper');
  for (const [index, { topic, partition }] of election.partitions.entries()) {
    const error = errors[index];
    if (!error || error.code === 'ELECTION_NOT_NEEDED') continue;
    env.logger.warn(
      { event: 'preferred-election-failed', topic, partition, error: error.code },
      `The preferred leader of ${topic}-${partition} could not be elected: ${error.message}`,
    );
  }
  await term.during(env.stores.preferredElections.delete(election, writer));
}

/** Moves leaders back to where they belong, and looks again later (`leader.imbalance.*`). */
export async function rebalanceLeaders(term: ControllerTerm): Promise<void> {
  const { configs } = term.env;
  const seconds = configs.leaderImbalanceCheckIntervalSeconds();
  term.putLater({ type: 'leaders-to-rebalance' }, seconds * 1_000);
  if (!configs.autoLeaderRebalanceEnable()) return;
  const percentage = configs.leaderImbalancePerBrokerPercentage();
  const partitions = partitionsToRebalance(term.context, percentage);
  if (partitions.length > 0) await elect(term, partitions, 'preferred', 'leader imbalance');
}

/** @returns for each partition why it has no other leader now, undefined when it has */
async function elect(
  term: ControllerTerm,
  names: readonly TopicPartition[],
  type: RequestedElectionType,
  cause: string,
): Promise<(ProtocolError | undefined)[]> {
  const { context } = term;
  const electable: ControlledPartition[] = [];
  const refusals = names.map((name) => {
    const partition = context.partition(name);
    const refusal = refusalOf(() => assertElectable(type, partition, context));
    if (partition && !refusal && !electable.includes(partition)) electable.push(partition);
    return refusal;
  });
  const unclean = type === 'unclean';
  const strategy = unclean ? 'offline' : 'preferred';
  const { changes, failures } = await holdElections(term, electable, strategy, cause, unclean);
  const changed = changes.map(({ partition }) => partition);
  tellReplicas(term, changed);
  tellEverybody(term, changed);
  return names.map((name, index) => {
    const partition = context.partition(name);
    const reason = partition && failures.get(partition);
    return refusals[index] ?? (reason && electionError(type, reason));
  });
}

function refusalOf(check: () => void): ProtocolError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}
