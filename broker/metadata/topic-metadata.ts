/** What brokers and clients know of a partition. */
export interface PartitionMetadata {
  /** Broker id, -1 for none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
  /** zkVersion of the state: rises with every change of leader or ISR. */
  readonly partitionEpoch: number;
  /** Replicas that the controller could not reach, or whose log directory has failed. */
  readonly offlineReplicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  readonly topicId: string;
  /** By partition number; undefined while the controller has not decided on it. */
  readonly partitions: readonly (PartitionMetadata | undefined)[];
}

/** In place of a leader: the topic is being deleted (Kafka's `LeaderDuringDelete`). */
export const LEADER_DURING_DELETE = -2;

/** What the controller tells of one partition. */
export interface PartitionUpdate extends PartitionMetadata {
  readonly partition: number;
}

/** What the controller tells of one topic: partitions that are not named stay as they were. */
export interface TopicUpdate {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly PartitionUpdate[];
}

/**
 * The topic after an update; undefined when nothing is left of it.
 *
 * What is older than what is known is ignored. Another topic id means another topic of the same
 * name, which takes the place of the one before; only its own deletion removes a topic.
 */
export function updatedTopic(
  before: TopicMetadata | undefined,
  { name, topicId, partitions: updates }: TopicUpdate,
): TopicMetadata | undefined {
  const same = before?.topicId === topicId;
  if (before && !same && updates.every(isDeleted)) return before;
  const partitions = same ? [...before.partitions] : [];
  for (const { partition, ...update } of updates) {
    if (isDeleted(update)) Reflect.deleteProperty(partitions, partition);
    else if (!isOlder(update, partitions[partition])) partitions[partition] = update;
  }
  const left = partitions.some((partition) => partition !== undefined);
  return left ? { name, topicId, partitions } : undefined;
}

/** Whether every partition of a topic has a leader. */
export function hasLeaders(topic: TopicMetadata | undefined, partitions = 1): boolean {
  return (
    topic !== undefined &&
    topic.partitions.length >= partitions &&
    Array.from(topic.partitions).every(
      (partition) => partition !== undefined && partition.leader >= 0,
    )
  );
}

function isDeleted({ leader }: Pick<PartitionMetadata, 'leader'>): boolean {
  return leader === LEADER_DURING_DELETE;
}

/** Both epochs only ever rise within the life of a topic. */
function isOlder(update: PartitionMetadata, known: PartitionMetadata | undefined): boolean {
  return (
    known !== undefined &&
    (update.leaderEpoch < known.leaderEpoch || update.partitionEpoch < known.partitionEpoch)
  );
}
