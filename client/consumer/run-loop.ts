import type { Assignment } from './assignment';
import type { ConsumerBatch } from './consumer-batch';
import type { ConsumerRecord } from './consumer-record';
import type { OpenBatch } from './open-batch';
import type { Reader } from './reader';

/** What to do with what is read: exactly one of the two. Nothing else is handed out meanwhile. */
export type ConsumerHandlers =
  | { readonly eachMessage: (record: ConsumerRecord) => unknown; readonly eachBatch?: undefined }
  | { readonly eachBatch: (batch: ConsumerBatch) => unknown; readonly eachMessage?: undefined };

/** Feeds a handler until the reader is closed. A handler that fails finds the same again next time. */
export class RunLoop {
  constructor(
    private readonly reader: Reader,
    private readonly assignment: Assignment,
  ) {}

  async run({ eachMessage, eachBatch }: ConsumerHandlers): Promise<void> {
    do {
      if (eachBatch) await this.batches(eachBatch);
      else if (eachMessage) await this.messages(eachMessage);
    } while (await this.reader.wait(Infinity));
  }

  /** All batches there are. */
  private async batches(handle: (batch: ConsumerBatch) => unknown): Promise<void> {
    for (let batch = this.next(); batch; batch = this.next()) {
      try {
        const result = handle(batch);
        if (isThenable(result)) await result;
      } catch (error) {
        const partition = this.assignment.find(batch);
        if (partition?.position === batch.nextOffset) partition.moveTo(batch.firstOffset);
        throw error;
      }
    }
  }

  private next(): ConsumerBatch | undefined {
    return this.reader.closed ? undefined : this.reader.takeBatch();
  }

  /** All records there are. Waits only for handlers that return something to wait for. */
  private async messages(handle: (record: ConsumerRecord) => unknown): Promise<void> {
    while (!this.reader.closed) {
      const open = this.reader.openBatch();
      if (!open) return;
      for (let record = open.next(); record; record = open.next()) {
        try {
          const result = handle(record);
          if (isThenable(result)) await result;
        } catch (error) {
          this.giveBack(record, open);
          throw error;
        }
      }
    }
  }

  private giveBack(record: ConsumerRecord, open: OpenBatch): void {
    const partition = this.assignment.find(record);
    if (partition && partition.position === open.position && open.position > record.offset) {
      partition.moveTo(record.offset);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
