import { build, type Histogram } from 'hdr-histogram-js';

/** Bytes of a MB, as Kafka's tools count. */
const MB = 1024 * 1024;
/** Latencies are kept in microseconds, with three digits; longer ones count as this, an hour. */
const LONGEST_US = 3_600_000_000;

interface Sums {
  records: number;
  bytes: number;
  latencyMs: number;
  maxLatencyMs: number;
}

/**
 * Counts acknowledged records and how long they took, and words it as kafka-producer-perf-test
 * does (ProducerPerformance.java, Stats).
 */
export class SendStatistics {
  private readonly total = noSums();
  private window = noSums();
  private windowStart: number;
  private readonly latencies: Histogram = build({
    bitBucketSize: 'packed',
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  });

  /** @param start the time of the first record, in monotonic milliseconds as all times here */
  constructor(private readonly start: number) {
    this.windowStart = start;
  }

  get records(): number {
    return this.total.records;
  }

  record(latencyMs: number, bytes: number): void {
    count(this.total, latencyMs, bytes);
    count(this.window, latencyMs, bytes);
    this.latencies.recordValue(Math.min(LONGEST_US, Math.max(0, Math.round(latencyMs * 1000))));
  }

  /** What has come since the last window, which ends now; undefined when nothing has. */
  closeWindow(now: number): string | undefined {
    const { window } = this;
    const { perSecond, mbPerSecond } = rates(window, now - this.windowStart);
    this.window = noSums();
    this.windowStart = now;
    if (window.records === 0) return undefined;
    return (
      `${window.records} records sent, ${perSecond.toFixed(1)} records/sec ` +
      `(${mbPerSecond.toFixed(2)} MB/sec), ` +
      `${(window.latencyMs / window.records).toFixed(1)} ms avg latency, ` +
      `${window.maxLatencyMs.toFixed(1)} ms max latency.`
    );
  }

  /** Everything so far. */
  summary(now: number): string {
    const { total } = this;
    const { perSecond, mbPerSecond } = rates(total, now - this.start);
    const average = total.records === 0 ? 0 : total.latencyMs / total.records;
    const percentiles = [50, 95, 99, 99.9].map(
      (percentile) => `${this.percentileMs(percentile)} ms ${percentile}th`,
    );
    return (
      `${total.records} records sent, ${perSecond.toFixed(6)} records/sec ` +
      `(${mbPerSecond.toFixed(2)} MB/sec), ` +
      `${average.toFixed(2)} ms avg latency, ${total.maxLatencyMs.toFixed(2)} ms max latency, ` +
      `${percentiles.join(', ')}.`
    );
  }

  private percentileMs(percentile: number): number {
    return Math.round(this.latencies.getValueAtPercentile(percentile) / 1000);
  }
}

function noSums(): Sums {
  return { records: 0, bytes: 0, latencyMs: 0, maxLatencyMs: 0 };
}

function count(sums: Sums, latencyMs: number, bytes: number): void {
  sums.records++;
  sums.bytes += bytes;
  sums.latencyMs += latencyMs;
  if (latencyMs > sums.maxLatencyMs) sums.maxLatencyMs = latencyMs;
}

function rates({ records, bytes }: Sums, ms: number): { perSecond: number; mbPerSecond: number } {
  const seconds = Math.max(ms, 0.001) / 1000;
  return { perSecond: records / seconds, mbPerSecond: bytes / MB / seconds };
}
