import { apis } from '../protocol/apis';
import { ElectionType } from '../protocol/messages/elect-leaders';
import { ProtocolError } from '../protocol/protocol-error';
import { ErrorCode, type ErrorName } from '../protocol/error-codes';
import type { Cluster } from '../network';
import { AdminError } from './admin-error';
import { byTopic, nameOfPartition, type PartitionItem } from './ask-leaders';
import { brokerWait } from './broker-wait';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

export interface ElectLeadersOptions extends AdminCallOptions {
  /**
   * `preferred`: the first replica leads again, if it is in sync. `unclean`: a partition without a
   * leader gets any replica that lives, and loses the records that one does not have.
   */
  type: 'preferred' | 'unclean';
  /** Default: all partitions that need it. */
  partitions?: readonly PartitionItem[];
}

export interface LeaderElection extends PartitionItem {
  /** False when there was nothing to elect: the partition has the leader it should have. */
  readonly elected: boolean;
}

type Reply = PartitionItem & { readonly errorCode: number; readonly errorMessage: string | null };

/** Waiting does not bring a replica back; whoever asks decides when to ask again. */
const FINAL: readonly ErrorName[] = [
  'PREFERRED_LEADER_NOT_AVAILABLE',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
];

/** KIP-460. Any broker takes it and hands it on to the controller. */
export function electLeaders(
  cluster: Cluster,
  options: ElectLeadersOptions,
): Promise<LeaderElection[]> {
  return options.partitions
    ? electEach(cluster, options, options.partitions)
    : electAll(cluster, options);
}

function electEach(
  cluster: Cluster,
  { type, timeoutMs }: ElectLeadersOptions,
  partitions: readonly PartitionItem[],
): Promise<LeaderElection[]> {
  return settleEach<PartitionItem, LeaderElection>(cluster, {
    what: 'Electing leaders',
    items: partitions,
    nameOf: nameOfPartition,
    timeoutMs,
    final: FINAL,
    attempt: async ({ items, remainingMs, report }) => {
      const replies = await ask(cluster, type, items, remainingMs);
      const byName = new Map(replies.map((reply) => [nameOfPartition(reply), reply]));
      for (const item of items) {
        const reply = byName.get(nameOfPartition(item));
        if (!reply) continue;
        const outcome = outcomeOf(reply);
        if (outcome instanceof Error) report.failed(item, outcome);
        else report.done(item, outcome);
      }
    },
  });
}

async function electAll(
  cluster: Cluster,
  { type, timeoutMs }: ElectLeadersOptions,
): Promise<LeaderElection[]> {
  const what = 'Electing leaders';
  const replies = await cluster.retrying(
    what,
    async (_attempt, remainingMs) => {
      const answers = await ask(cluster, type, null, remainingMs);
      const lost = answers.find(({ errorCode }) => errorCode === ErrorCode.NOT_CONTROLLER);
      if (lost) throw new ProtocolError('NOT_CONTROLLER', lost.errorMessage);
      return answers;
    },
    { timeoutMs },
  );
  const elections = new Map<string, LeaderElection>();
  const failures = new Map<string, Error>();
  for (const reply of replies) {
    const outcome = outcomeOf(reply);
    if (outcome instanceof Error) failures.set(nameOfPartition(reply), outcome);
    else elections.set(nameOfPartition(reply), outcome);
  }
  if (failures.size > 0) throw new AdminError(what, failures, elections);
  return [...elections.values()];
}

function outcomeOf({ topic, partition, errorCode, errorMessage }: Reply): LeaderElection | Error {
  const error = ProtocolError.fromCode(errorCode, errorMessage);
  if (error && error.code !== 'ELECTION_NOT_NEEDED') return error;
  return { topic, partition, elected: !error };
}

/** @param partitions null for all */
async function ask(
  cluster: Cluster,
  type: ElectLeadersOptions['type'],
  partitions: readonly PartitionItem[] | null,
  remainingMs: number,
): Promise<Reply[]> {
  const { timeoutMs, sendOptions } = brokerWait(cluster, remainingMs);
  const { errorCode, replicaElectionResults } = await cluster.sendToAny(
    apis.ElectLeaders,
    {
      electionType: type === 'unclean' ? ElectionType.UNCLEAN : ElectionType.PREFERRED,
      topicPartitions:
        partitions &&
        [...byTopic(partitions)].map(([topic, items]) => ({
          topic,
          partitions: items.map(({ partition }) => partition),
        })),
      timeoutMs,
    },
    sendOptions,
  );
  const error = ProtocolError.fromCode(errorCode);
  if (error) throw error;
  return replicaElectionResults.flatMap(({ topic, partitionResult }) =>
    partitionResult.map(({ partitionId, ...outcome }) => ({
      topic,
      partition: partitionId,
      ...outcome,
    })),
  );
}
