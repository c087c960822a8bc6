export type TopicPartition = { topic: string; partition: number };
export type TopicPartitions = { topic: string; partitions: number[] };

export interface PartitionOffset {
  partition: number;
  /** A number as a text. */
  offset: string;
}
export type SeekEntry = PartitionOffset;

export interface TopicOffsets {
  topic: string;
  partitions: PartitionOffset[];
}
export interface Offsets {
  topics: TopicOffsets[];
}
export interface OffsetsByTopicPartition {
  topics: TopicOffsets[];
}

export type TopicPartitionOffset = TopicPartition & { offset: string };
export type TopicPartitionOffsetAndMetadata = TopicPartitionOffset & { metadata?: string | null };
export type FetchOffsetsPartition = PartitionOffset & { metadata: string | null };
