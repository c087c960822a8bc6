import type { Admin, OngoingReassignment } from '../../../client/admin';
import { KafkaClassicError } from '../../../client/runtime/error';
import type { DescribedTopic } from './described-topic';

/** Why a cluster may not tell of moves: it is too old for KIP-455, or the user may not see them. */
const NOT_TOLD = ['UNSUPPORTED_VERSION', 'CLUSTER_AUTHORIZATION_FAILED'];

/**
 * What kafka-topics shows of topics: their partitions, the moves of these that are under way, and
 * the configs somebody has set.
 */
export async function describedTopics(
  admin: Pick<Admin, 'describeTopics' | 'describeConfigs' | 'listPartitionReassignments'>,
  names: readonly string[],
): Promise<DescribedTopic[]> {
  if (names.length === 0) return [];
  const resources = names.map((name) => ({ type: 'TOPIC' as const, name }));
  const [topics, configs, moves] = await Promise.all([
    admin.describeTopics(names),
    admin.describeConfigs(resources),
    ongoingMoves(admin),
  ]);
  const moveOf = new Map(moves.map((move) => [`${move.topic}-${move.partition}`, move]));
  const byTopic = new Map(configs.map((resource) => [resource.name, resource.configs]));
  return topics.map(({ name, topicId, partitions }) => {
    const entries = byTopic.get(name) ?? [];
    const minIsr = entries.find((entry) => entry.name === 'min.insync.replicas')?.value;
    return {
      name,
      topicId,
      partitions: [...partitions]
        .sort((a, b) => a.partition - b.partition)
        .map((one) => ({ ...one, reassignment: moveOf.get(`${name}-${one.partition}`) })),
      configs: entries.filter(({ isDefault }) => !isDefault),
      minIsr: Number(minIsr ?? 1),
    };
  });
}

/** A description goes without them when nobody tells. */
async function ongoingMoves(
  admin: Pick<Admin, 'listPartitionReassignments'>,
): Promise<OngoingReassignment[]> {
  try {
    return await admin.listPartitionReassignments();
  } catch (error) {
    if (KafkaClassicError.is(error) && NOT_TOLD.includes(error.code)) return [];
    throw error;
  }
}
