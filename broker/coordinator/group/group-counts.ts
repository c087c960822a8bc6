/** What has happened to the groups coordinated here since the broker started, for metrics. */
export class GroupCounts {
  /** Generations that have got their assignments. */
  completedRebalances = 0;
  /** Offsets of partitions stored for who commits. */
  offsetCommits = 0;
  /** Offsets forgotten because nobody has used them for long. */
  offsetExpirations = 0;
  /** Offsets forgotten by request, or with their topic. */
  offsetDeletions = 0;
}
