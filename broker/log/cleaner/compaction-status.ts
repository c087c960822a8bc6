/** What is to be told of the compaction of one partition. */
export interface CompactionStatus {
  /** Everything below has been compacted. */
  readonly firstDirtyOffset: number;
  /** Part of its closed segments that is dirty, 0 to 1, when it was last looked at. */
  readonly dirtyRatio: number;
  /** Why it is left alone; undefined when it is not. */
  readonly uncleanable: string | undefined;
}

/** What the cleaner did on one topic since the broker started. */
export interface TopicCleaning {
  readonly runs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What is counted of the cleaner. */
export interface CompactionFigures {
  readonly topics: ReadonlyMap<string, TopicCleaning>;
  /** Duration of the longest cleaning of a partition, ms. */
  readonly longestMs: number;
  /** Time since the cleaner last looked at all logs, ms. Grows when it hangs. */
  readonly sinceLastRoundMs: number;
  /** Largest dirty ratio of a topic's partitions here. */
  maxDirtyRatios(): Iterable<readonly [topic: string, ratio: number]>;
  uncleanablePartitions(): Iterable<readonly [topic: string, count: number]>;
}
