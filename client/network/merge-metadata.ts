import type { apis } from '../protocol/apis';
import type { ResponseOf } from '../protocol/api';
import { ProtocolError } from '../protocol/protocol-error';
import {
  ClusterMetadata,
  type BrokerNode,
  type PartitionMetadata,
  type TopicMetadata,
} from './cluster-metadata';

type MetadataResponse = ResponseOf<typeof apis.Metadata>;
type TopicReply = MetadataResponse['topics'][number];
type PartitionReply = TopicReply['partitions'][number];

/**
 * What is known after a metadata response: brokers and controller as the response says, topics it
 * does not speak of as before (if they are still wanted).
 *
 * A partition of a response that carries an older leader epoch than the one known comes from a
 * broker that has not heard the news; the newer knowledge stays (KIP-320).
 *
 * @param wanted topics still in use; the others are forgotten
 */
export function mergeMetadata(
  before: ClusterMetadata,
  response: MetadataResponse,
  wanted: ReadonlySet<string>,
): ClusterMetadata {
  const brokers = new Map<number, BrokerNode>();
  for (const { nodeId, host, port, rack } of response.brokers) {
    brokers.set(nodeId, { nodeId, host, port, rack });
  }
  const topics = new Map([...before.topics].filter(([name]) => wanted.has(name)));
  const errors = new Map([...before.errors].filter(([name]) => wanted.has(name)));
  for (const reply of response.topics) {
    const { name } = reply;
    if (name === null) continue;
    const error = ProtocolError.fromCode(reply.errorCode);
    if (error) {
      errors.set(name, new ProtocolError(error.code, `Topic "${name}": ${error.message}`));
      // Without a leader a topic still exists: what is known of it stays.
      if (error.code !== 'LEADER_NOT_AVAILABLE') topics.delete(name);
    } else {
      errors.delete(name);
      topics.set(name, topicOf(name, reply, topics.get(name)));
    }
  }
  return new ClusterMetadata(response.clusterId, response.controllerId, brokers, topics, errors);
}

/** The topic as a reply tells it, except for partitions of which something newer is known. */
export function topicOf(
  name: string,
  { topicId, isInternal, partitions }: TopicReply,
  before?: TopicMetadata,
): TopicMetadata {
  const known = before?.topicId === topicId ? before.partitions : [];
  const merged: PartitionMetadata[] = [];
  for (const reply of partitions) {
    const older = known[reply.partitionIndex];
    merged[reply.partitionIndex] =
      older && reply.leaderEpoch >= 0 && reply.leaderEpoch < older.leaderEpoch
        ? older
        : partitionOf(name, reply);
  }
  // A broker may leave out partitions it cannot describe.
  for (let partition = 0; partition < merged.length; partition++) {
    merged[partition] ??= known[partition] ?? unknownPartition(name, partition);
  }
  return { name, topicId, isInternal, partitions: merged };
}

function partitionOf(topic: string, reply: PartitionReply): PartitionMetadata {
  return {
    topic,
    partition: reply.partitionIndex,
    leader: reply.leaderId,
    leaderEpoch: reply.leaderEpoch,
    replicas: reply.replicaNodes,
    isr: reply.isrNodes,
    offlineReplicas: reply.offlineReplicas,
  };
}

function unknownPartition(topic: string, partition: number): PartitionMetadata {
  const none: readonly number[] = [];
  const nobody = { replicas: none, isr: none, offlineReplicas: none };
  return { topic, partition, leader: -1, leaderEpoch: -1, ...nobody };
}
