import type { AssignedPartition } from './assigned-partition';
import type { Reader } from './reader';
import type { ConsumerHandlers } from './run-loop';

/**
 * Feeds a handler with several partitions at a time until the reader is closed. The records of one
 * partition are handled in their order, never two at a time. After a handler has failed the others
 * finish what they have, and what failed comes again next time.
 */
export class ConcurrentRunLoop {
  private readonly busy = new Set<AssignedPartition>();
  private failed: { readonly error: unknown } | undefined;

  /** @param limit partitions at a time */
  constructor(
    private readonly reader: Reader,
    private readonly limit: number,
  ) {}

  /** @throws what a handler throws first; what the reader throws */
  async run(handlers: ConsumerHandlers): Promise<void> {
    this.reader.finish();
    try {
      do this.begin(handlers);
      while (!this.failed && (await this.reader.wait(Infinity)));
    } catch (error) {
      this.failed ??= { error };
    }
    while (this.busy.size > 0) await this.reader.whenFinished([...this.busy]);
    if (this.failed) throw this.failed.error;
  }

  private begin(handlers: ConsumerHandlers): void {
    while (!this.failed && this.busy.size < this.limit && !this.reader.closed) {
      const partition = this.reader.claim();
      if (!partition) return;
      this.busy.add(partition);
      void this.handle(partition, handlers);
    }
  }

  private async handle(partition: AssignedPartition, handlers: ConsumerHandlers): Promise<void> {
    const { eachMessage, eachBatch } = handlers;
    try {
      if (eachBatch) await this.batch(partition, eachBatch);
      else if (eachMessage) await this.messages(partition, eachMessage);
    } catch (error) {
      this.failed ??= { error };
    } finally {
      this.busy.delete(partition);
      this.reader.release(partition);
    }
  }

  private async batch(
    partition: AssignedPartition,
    handle: NonNullable<ConsumerHandlers['eachBatch']>,
  ): Promise<void> {
    const batch = partition.take(Infinity);
    if (!batch) return;
    try {
      await handle(batch);
    } catch (error) {
      if (partition.position === batch.nextOffset) partition.moveTo(batch.firstOffset);
      throw error;
    }
  }

  /** The records of one batch as it was written; then others have their turn. */
  private async messages(
    partition: AssignedPartition,
    handle: NonNullable<ConsumerHandlers['eachMessage']>,
  ): Promise<void> {
    const open = partition.takeOpen();
    if (!open) return;
    for (let record = open.next(); record && !this.failed; record = open.next()) {
      try {
        await handle(record);
      } catch (error) {
        if (partition.position === open.position && open.position > record.offset) {
          partition.moveTo(record.offset);
        }
        throw error;
      }
    }
  }
}
