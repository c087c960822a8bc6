import type { GoneTopic, KnownTopic, TopicLookup } from './known-topic';
import type { CommittedOffset, GroupOffsets, OffsetChange } from './stored-group';

/**
 * What forgets offsets of topics that are not there any more. Another topic of the same name has
 * offsets of its own: those of the former one must not be used for it.
 *
 * @param before only what was committed up to this time, milliseconds since 1970
 */
export async function staleOffsets(
  offsets: GroupOffsets,
  topicOf: TopicLookup,
  before = Infinity,
): Promise<OffsetChange[]> {
  const topics = new Map<string, KnownTopic | null>();
  for (const topic of [...offsets.keys()]) topics.set(topic, await topicOf(topic));
  const changes: OffsetChange[] = [];
  for (const [topic, known] of topics) {
    for (const [partition, committed] of offsets.get(topic) ?? []) {
      if (committed.commitTimestamp > before || isOf(committed, known)) continue;
      changes.push({ topic, partition, committed: null });
    }
  }
  return changes;
}

/**
 * Whether an offset was committed for a topic that is gone, rather than for a later one of the same
 * name.
 *
 * @param at when the topic was found to be gone, milliseconds since 1970
 */
export function isOfGone(committed: CommittedOffset, { topicId }: GoneTopic, at: number): boolean {
  if (committed.topicId === undefined) return committed.commitTimestamp <= at;
  return committed.topicId === topicId;
}

function isOf({ topicId }: CommittedOffset, known: KnownTopic | null): boolean {
  if (known === null) return false;
  return topicId === undefined || known.topicId === undefined || topicId === known.topicId;
}
