export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `topic-partition`, as Kafka prints it; unique because the number has no dash. */
export function topicPartitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
