import { placeReplicas, type PlacementBroker } from '../../../broker/controller/replica-placement';
import { MissingPartitionError, type Admin } from '../../../client/admin';
import type { BrokerNode } from '../../../client/network';
import { AdminToolError } from '../admin-tool-error';
import { assignmentsOfTopics } from './current-assignments';
import { parseBrokerList, type ReassignOptions } from './reassign-options';
import { formatAssignments, type Assignment } from './reassignment-file';
import { readTopicsToMoveFile } from './topics-to-move-file';

/** `--generate`: spreads topics over brokers by the rule by which the brokers place new topics. */
export async function generate(
  admin: Pick<Admin, 'describeCluster' | 'describeTopics'>,
  options: ReassignOptions,
  print: (line: string) => void,
): Promise<void> {
  const topics = readTopicsToMoveFile(options.topicsToMoveJsonFile as string);
  const ids = parseBrokerList(options.brokerList as string);
  const current = await assignmentsOfTopics(admin, topics);
  const missing = topics.filter((name) => !current.some(({ topic }) => topic === name));
  if (missing.length > 0) {
    throw new MissingPartitionError(`Topic ${missing.join(', ')} not found.`);
  }
  const { brokers } = await admin.describeCluster();
  const chosen = chooseBrokers(ids, brokers, options.disableRackAware !== true);
  const proposed = propose(current, chosen, Math.random);
  print(`Current partition replica assignment\n${formatAssignments(current)}\n`);
  print(`Proposed partition reassignment configuration\n${formatAssignments(proposed)}`);
}

/**
 * The brokers to spread replicas over, with racks if these are to be heeded.
 *
 * @throws AdminToolError BROKER_UNKNOWN, RACKS_INCOMPLETE
 */
export function chooseBrokers(
  ids: readonly number[],
  live: readonly Pick<BrokerNode, 'nodeId' | 'rack'>[],
  rackAware: boolean,
): PlacementBroker[] {
  mustBeLive(
    ids,
    live.map(({ nodeId }) => nodeId),
  );
  const chosen = live
    .filter(({ nodeId }) => ids.includes(nodeId))
    .map(({ nodeId: id, rack }) => ({ id, rack: rackAware ? (rack ?? null) : null }));
  const without = chosen.filter(({ rack }) => rack === null).map(({ id }) => id);
  if (rackAware && without.length > 0 && without.length < chosen.length) {
    throw new AdminToolError(
      `Not all brokers have rack information: ${without.join(', ')} have none.`,
      {
        code: 'RACKS_INCOMPLETE',
        advice: 'Set broker.rack at all of them, or add --disable-rack-aware.',
      },
    );
  }
  return chosen;
}

/** @throws AdminToolError BROKER_UNKNOWN */
export function mustBeLive(ids: Iterable<number>, live: readonly number[]): void {
  const unknown = [...new Set(ids)].filter((id) => !live.includes(id));
  if (unknown.length === 0) return;
  throw new AdminToolError(`Unknown broker id ${unknown.join(', ')}.`, {
    code: 'BROKER_UNKNOWN',
    advice: `Live at the moment: ${live.join(', ')}.`,
  });
}

/**
 * Topic by topic, with as many replicas as its first partition has.
 *
 * @param current all partitions of the topics
 * @param random 0 to 1; chooses the broker to begin with
 * @throws AdminToolError TOO_FEW_BROKERS
 */
export function propose(
  current: readonly Assignment[],
  brokers: readonly PlacementBroker[],
  random: () => number,
): Assignment[] {
  const topics = new Map<string, Assignment[]>();
  for (const assignment of current) {
    topics.set(assignment.topic, [...(topics.get(assignment.topic) ?? []), assignment]);
  }
  return [...topics].flatMap(([topic, partitions]) => {
    const replicationFactor = partitions[0].replicas.length;
    if (replicationFactor > brokers.length) {
      throw new AdminToolError(
        `Topic ${topic} has ${replicationFactor} replicas, more than the ${brokers.length} brokers given.`,
        { code: 'TOO_FEW_BROKERS', advice: 'Name more brokers in --broker-list.' },
      );
    }
    const placed = placeReplicas({
      brokers,
      partitions: partitions.length,
      replicationFactor,
      random,
    });
    return placed.map((replicas, partition) => ({ topic, partition, replicas }));
  });
}
