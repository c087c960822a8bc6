/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `<topic>-<partition>`: the partition's directory name, and its key in maps. */
export function partitionName(of: TopicPartition): string {
  return `${of.topic}-${of.partition}`;
}
