import type { Admin, PartitionItem } from '../../../client/admin';
import { UsageError } from '../../cli/usage-error';

export interface TopicArgument {
  readonly topic: string;
  /** Undefined for all. */
  readonly partitions: readonly number[] | undefined;
}

/**
 * `--topic clicks` or `--topic clicks:0,1`.
 *
 * @throws UsageError
 */
export function parseTopicArgument(text: string): TopicArgument {
  const [topic, list, ...rest] = text.split(':');
  if (topic === '' || list === '' || rest.length > 0) {
    throw new UsageError(
      `Invalid topic arg '${text}', expected topic name and partitions.`,
      'Write clicks for all partitions, clicks:0,1 for some.',
    );
  }
  if (list === undefined) return { topic, partitions: undefined };
  const partitions = list.split(',').map((part) => {
    if (/^\d+$/.test(part.trim())) return Number(part);
    throw new UsageError(`Invalid partition '${part}' specified in topic arg '${text}'.`);
  });
  return { topic, partitions: [...new Set(partitions)] };
}

/** All partitions that `--topic` options mean, topics without numbers being looked up. */
export async function partitionsMeant(
  admin: Pick<Admin, 'describeTopics'>,
  topics: readonly string[],
  timeoutMs: number,
): Promise<PartitionItem[]> {
  const given = topics.map(parseTopicArgument);
  const whole = given.filter(({ partitions }) => partitions === undefined);
  const described = await admin.describeTopics(
    whole.map(({ topic }) => topic),
    { timeoutMs },
  );
  const meant = [
    ...given.flatMap(({ topic, partitions = [] }) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
    ...described.flatMap(({ partitions }) =>
      partitions.map(({ topic, partition }) => ({ topic, partition })),
    ),
  ];
  return [...new Map(meant.map((item) => [`${item.topic}-${item.partition}`, item])).values()];
}
