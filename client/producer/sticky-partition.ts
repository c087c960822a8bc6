/**
 * The partition that records without a key go to at the moment (KIP-794, `BuiltInPartitioner`).
 *
 * It is kept until about `batchSize` bytes went there, so that whole batches form however many
 * partitions there are, then another one is drawn. The change comes at the border of a batch: when
 * one got full, or when a new one has to be begun after enough bytes. Bytes are counted, not
 * batches, so that a slow broker, whose batches are fuller, does not get more than its share.
 *
 * Other than in Kafka the draw is not weighted by the length of the partitions' queues.
 */
export class StickyPartition {
  private partition = -1;
  private bytes = 0;

  constructor(
    private readonly batchSize: number,
    private readonly random: () => number,
  ) {}

  /** @param candidates partitions that have a leader, or all when none has; not empty */
  current(candidates: readonly number[]): number {
    if (this.partition < 0 || this.bytes >= 2 * this.batchSize) this.draw(candidates);
    return this.partition;
  }

  /** So many bytes were added to the current partition. */
  count(bytes: number): void {
    this.bytes += bytes;
  }

  /**
   * A new batch has to be begun in the current partition.
   *
   * @param full whether because the batch before got full
   * @returns whether another partition was drawn instead
   */
  atBatchBorder(candidates: readonly number[], full: boolean): boolean {
    if (!full && this.bytes < this.batchSize) return false;
    const before = this.partition;
    this.draw(candidates);
    return this.partition !== before;
  }

  private draw(candidates: readonly number[]): void {
    const count = candidates.length;
    const at = Math.floor(this.random() * count);
    const same = candidates[at] === this.partition;
    this.partition = candidates[same ? (at + 1) % count : at];
    this.bytes = 0;
  }
}
