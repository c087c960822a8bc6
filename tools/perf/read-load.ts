import type { Consumer, ConsumerBatch } from '../../client/consumer';
import type { Clock } from '../../client/runtime/clock';
import type { ReadCount } from './read-statistics';

/** The part of a consumer that a load needs. */
export type LoadConsumer = Pick<Consumer, 'poll'>;

export interface ReadLoadOptions {
  readonly consumer: LoadConsumer;
  /** Ends when so many were read. */
  readonly records: number;
  /** Ends when nothing came for so many milliseconds. */
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Told about every interval with what was read until its begin and its end. */
  readonly onInterval: (before: ReadCount, now: ReadCount) => void;
  readonly start: ReadCount;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const POLL_MS = 100;

/** Reads as fast as it can and counts. @returns all that was read */
export async function readLoad(options: ReadLoadOptions): Promise<ReadCount> {
  const { consumer, records: wanted, timeoutMs, intervalMs, onInterval, clock } = options;
  let { records, bytes } = options.start;
  let before = options.start;
  let lastRead = clock.monotonic();
  let lastReport = lastRead;
  for (let now = lastRead; records < wanted && now - lastRead <= timeoutMs;) {
    if (options.signal.aborted) break;
    const batches = await consumer.poll(POLL_MS);
    now = clock.monotonic();
    if (batches.length > 0) lastRead = now;
    for (const batch of batches) {
      records += batch.records.length;
      bytes += bytesOf(batch);
    }
    if (batches.length > 0 && now - lastReport >= intervalMs) {
      const count = { records, bytes, time: clock.now() };
      onInterval(before, count);
      before = count;
      lastReport = now;
    }
  }
  return { records, bytes, time: clock.now() };
}

/** Keys and values count, as in Kafka's tool. */
function bytesOf({ records }: ConsumerBatch): number {
  let bytes = 0;
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}
