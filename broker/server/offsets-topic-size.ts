import { ZERO_UUID } from '../../client/protocol/schema';
import type { TopicStore } from '../../zk-coordination';
import { OFFSETS_TOPIC } from '../coordinator/group/offsets-topic/group-partition';
import type { MetadataCache } from '../metadata/metadata-cache';

/**
 * How many partitions the offsets topic has; undefined while there is none. As groups are spread by
 * it, it is remembered as long as it is the same topic: one that was deleted and made again may have
 * another number.
 */
export function offsetsTopicSize(
  topics: Pick<TopicStore, 'get'>,
  metadata: Pick<MetadataCache, 'topic' | 'isComplete'>,
): () => Promise<number | undefined> {
  let known: { readonly size: number; readonly topicId: string } | undefined;
  return async () => {
    const told = metadata.topic(OFFSETS_TOPIC);
    const isSame = told ? told.topicId === known?.topicId : !metadata.isComplete;
    if (known && isSame) return known.size;
    const stored = await topics.get(OFFSETS_TOPIC);
    known = stored
      ? { size: stored.partitions.size, topicId: stored.topicId ?? ZERO_UUID }
      : undefined;
    return known?.size;
  };
}
