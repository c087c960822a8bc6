/** How {@link Consumer.run} goes about it. */
export interface RunOptions {
  /**
   * Partitions whose records are handled at the same time; those of one partition are handled in
   * their order. Default 1.
   */
  readonly partitionsConsumedConcurrently?: number;
  /** Takes the place of `enableAutoCommit` from now on. */
  readonly autoCommit?: boolean;
}

/** How {@link Consumer.close} goes about it. */
export interface ConsumerCloseOptions {
  /** Milliseconds to wait for handlers, for the last commit and for the coordinator. Default 30000. */
  readonly timeoutMs?: number;
}
