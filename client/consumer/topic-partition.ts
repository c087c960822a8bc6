/** Names one partition. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `topic-partition`, as Kafka prints it. */
export function formatPartition({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
