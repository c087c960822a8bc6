import type { OffsetMapLimits } from './offset-map';

/** What the cleaner takes from the broker's config, by the broker configs `log.cleaner.*`. */
export interface CleanerConfig extends OffsetMapLimits {
  /** `log.cleaner.io.buffer.size`, bytes read at a time. */
  readonly ioBufferBytes: number;
  /** `log.cleaner.io.max.bytes.per.second`, reads and writes together; may be Infinity. */
  readonly maxBytesPerSecond: number;
  /** `log.cleaner.backoff.ms`: time between two looks when there was nothing to clean. */
  readonly backoffMs: number;
}

/** Kafka's defaults. */
export const defaultCleanerConfig: CleanerConfig = {
  memoryBytes: 128 * 1024 * 1024,
  loadFactor: 0.9,
  ioBufferBytes: 512 * 1024,
  maxBytesPerSecond: Infinity,
  backoffMs: 15_000,
};
