import type { Admin } from '../../../client/admin';
import { AdminToolError } from '../admin-tool-error';
import { topicFilter } from '../topic-filter';
import type { TopicsOptions } from './topics-options';

type Wanted = Pick<TopicsOptions, 'topic' | 'topicId' | 'ifExists' | 'excludeInternal'>;

/** Names of the topics that `--topic` matches, all without it, in order. */
export async function matchingTopics(
  admin: Pick<Admin, 'listTopics'>,
  { topic, excludeInternal }: Wanted,
): Promise<string[]> {
  const isWanted = topicFilter(topic, { excludeInternal });
  const topics = await admin.listTopics({ listInternal: true });
  return topics.map(({ name }) => name).filter(isWanted);
}

/**
 * As {@link matchingTopics}, or the one topic with the id given.
 *
 * @throws AdminToolError when none exists and `--if-exists` was not given
 */
export async function existingTopics(
  admin: Pick<Admin, 'listTopics'>,
  options: Wanted,
): Promise<string[]> {
  const { topic, topicId, ifExists } = options;
  const found =
    topicId === undefined
      ? await matchingTopics(admin, options)
      : (await admin.listTopics({ listInternal: !options.excludeInternal }))
          .filter((listed) => listed.topicId === topicId)
          .map(({ name }) => name);
  const asked = topicId === undefined ? topic && `Topic '${topic}'` : `TopicId '${topicId}'`;
  if (found.length === 0 && asked && !ifExists) {
    throw new AdminToolError(`${asked} does not exist as expected.`, {
      code: topicId === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'UNKNOWN_TOPIC_ID',
      advice: 'See kafka-topics --list.',
    });
  }
  return found;
}
