import type { Clock } from '../../client/runtime/clock';
import type { TopicPartition } from '../log';

/** How much may be copied. Read anew whenever it matters, so that it may change. */
export interface ReplicationQuotaConfig {
  /** `leader.` or `follower.replication.throttled.rate`; from {@link UNLIMITED} on there is no limit. */
  readonly bytesPerSecond: number;
  /** `replication.quota.window.num`. */
  readonly windows: number;
  /** `replication.quota.window.size.seconds`. */
  readonly windowSeconds: number;
}

/** What `Long.MAX_VALUE`, the default of the rates, is here. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

export interface ReplicationQuotaOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly config: ReplicationQuotaConfig;
  /** Whether a partition is among those throttled here. */
  isListed(topicPartition: TopicPartition): boolean;
}

/**
 * The throttle of replication in one direction (KIP-73): bounds the rate at which listed partitions
 * are copied, all of them together. What was allowed before has gone out whole, so the rate may be
 * exceeded for a moment; then nothing goes until it is made up for.
 *
 * A bucket of bytes that fills at the rate. It begins with what may be copied in one window, and
 * saves up for all windows while something is copied now and then; a pause as long as all windows
 * makes it begin anew. Debts are never forgiven, so that however large a single fetch is, the average
 * holds.
 */
export class ReplicationQuota {
  /** Bytes that may be copied; below 0 too many have been. */
  private bytes = 0;
  /** The rate {@link bytes} was filled at. */
  private rate = UNLIMITED;
  private filledAt = 0;
  private recordedAt = -Infinity;

  constructor(private readonly options: ReplicationQuotaOptions) {}

  /** Whether a partition counts and waits here. */
  isThrottled(topicPartition: TopicPartition): boolean {
    return this.isLimited && this.options.isListed(topicPartition);
  }

  /** Whether throttled partitions have to wait at the moment. */
  get isExceeded(): boolean {
    if (!this.isLimited) return false;
    this.fill();
    return this.bytes <= 0;
  }

  /** Notes that bytes of a partition have been copied; only those of throttled ones count. */
  record(topicPartition: TopicPartition, bytes: number): void {
    if (!this.isThrottled(topicPartition)) return;
    this.fill();
    this.bytes -= bytes;
    this.recordedAt = this.options.clock.monotonic();
  }

  private get isLimited(): boolean {
    if (this.options.config.bytesPerSecond < UNLIMITED) return true;
    this.rate = UNLIMITED;
    return false;
  }

  private fill(): void {
    const { clock, config } = this.options;
    const { bytesPerSecond, windows, windowSeconds } = config;
    const now = clock.monotonic();
    const oneWindow = bytesPerSecond * windowSeconds;
    if (this.rate === UNLIMITED) {
      this.bytes = oneWindow;
    } else {
      const isRested = now - this.recordedAt >= windows * windowSeconds * 1000;
      const earned = (this.rate * (now - this.filledAt)) / 1000;
      this.bytes = Math.min(this.bytes + earned, isRested ? oneWindow : oneWindow * windows);
    }
    this.rate = bytesPerSecond;
    this.filledAt = now;
  }
}
