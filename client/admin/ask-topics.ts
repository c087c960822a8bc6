import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import { topicOf, type Cluster, type TopicMetadata } from '../network';

/**
 * Topics as a broker knows them now, past the client's cache, which is for topics in use.
 *
 * @param names topics asked for, null for all; missing ones are not created
 * @returns by name: the topic, or what is wrong with it
 */
export async function askTopics(
  cluster: Cluster,
  names: readonly string[] | null,
): Promise<Map<string, TopicMetadata | ProtocolError>> {
  const { topics } = await cluster.sendToAny(apis.Metadata, {
    topics: names && names.map((name) => ({ name })),
    allowAutoTopicCreation: false,
  });
  const found = new Map<string, TopicMetadata | ProtocolError>();
  for (const reply of topics) {
    if (reply.name === null) continue;
    const error = ProtocolError.fromCode(reply.errorCode);
    found.set(reply.name, error ?? topicOf(reply.name, reply));
  }
  return found;
}
