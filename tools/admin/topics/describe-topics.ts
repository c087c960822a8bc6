import type { Admin } from '../../../client/admin';
import type { DescribedTopic } from './described-topic';

/** What kafka-topics shows of topics: their partitions and the configs somebody has set. */
export async function describedTopics(
  admin: Pick<Admin, 'describeTopics' | 'describeConfigs'>,
  names: readonly string[],
): Promise<DescribedTopic[]> {
  if (names.length === 0) return [];
  const resources = names.map((name) => ({ type: 'TOPIC' as const, name }));
  const [topics, configs] = await Promise.all([
    admin.describeTopics(names),
    admin.describeConfigs(resources),
  ]);
  const byTopic = new Map(configs.map((resource) => [resource.name, resource.configs]));
  return topics.map(({ name, topicId, partitions }) => {
    const entries = byTopic.get(name) ?? [];
    const minIsr = entries.find((entry) => entry.name === 'min.insync.replicas')?.value;
    return {
      name,
      topicId,
      partitions: [...partitions].sort((a, b) => a.partition - b.partition),
      configs: entries.filter(({ isDefault }) => !isDefault),
      minIsr: Number(minIsr ?? 1),
    };
  });
}
