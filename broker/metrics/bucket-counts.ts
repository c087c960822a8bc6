/** Upper bounds of the buckets in seconds: from a request in the page cache to one that timed out. */
export const bucketSeconds: readonly number[] = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30,
];

const bounds = Float64Array.from(bucketSeconds);

/**
 * Counts durations by bucket. A library's histogram costs more than half a microsecond per value,
 * which is a good part of a small request; this costs a few nanoseconds.
 */
export class BucketCounts {
  /** By bucket, not cumulative; the last one is for all that is longer. */
  private readonly counts = new Float64Array(bounds.length + 1);
  private total = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]) bucket++;
    this.counts[bucket]++;
    this.total += seconds;
  }

  get sum(): number {
    return this.total;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** How many were at most as long as each bound. */
  cumulative(): number[] {
    let sum = 0;
    return bucketSeconds.map((_, bucket) => (sum += this.counts[bucket]));
  }
}
