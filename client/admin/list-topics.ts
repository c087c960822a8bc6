import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askTopics } from './ask-topics';
import type { AdminCallOptions } from './call-options';

export interface TopicListing {
  readonly name: string;
  readonly topicId: string;
  /** Whether the topic is the cluster's own. */
  readonly isInternal: boolean;
}

export interface ListTopicsOptions extends AdminCallOptions {
  /** Whether to list the cluster's own topics too. Default false. */
  listInternal?: boolean;
}

/** All topics the client may see, by name. */
export async function listTopics(
  cluster: Cluster,
  { timeoutMs, listInternal = false }: ListTopicsOptions = {},
): Promise<TopicListing[]> {
  const found = await cluster.retrying('Listing topics', () => askTopics(cluster, null), {
    timeoutMs,
  });
  const listed: TopicListing[] = [];
  for (const topic of found.values()) {
    if (topic instanceof ProtocolError || (topic.isInternal && !listInternal)) continue;
    const { name, topicId, isInternal } = topic;
    listed.push({ name, topicId, isInternal });
  }
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}
