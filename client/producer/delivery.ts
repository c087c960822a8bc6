import type { DeliveryCallback, DeliveryReport } from './producer-record';

/** Where a batch has arrived. */
export interface BatchArrival {
  /** Offset of the first record of the batch, -1 when unknown. */
  readonly baseOffset: number;
  /** Milliseconds since 1970, -1 when the records keep their own timestamps. */
  readonly logAppendTime: number;
  /** First offset of the partition, -1 when unknown. */
  readonly logStartOffset: number;
}

/** Nobody knows where. */
export const somewhere: BatchArrival = { baseOffset: -1, logAppendTime: -1, logStartOffset: -1 };

/** A run of delivered records, as a sink sees it. */
export interface DeliveredRecords extends BatchArrival {
  readonly topic: string;
  readonly partition: number;
  /** The report of one record, by its index in the batch. */
  report(record: number): DeliveryReport;
}

/**
 * Whoever waits for records. A sink may wait for many records of one batch, which come to it in
 * runs, not one by one.
 */
export interface DeliverySink {
  /**
   * @param firstRecord index in the batch
   * @param firstIndex index that the sink knows the first record under; the others follow
   */
  delivered(
    records: DeliveredRecords,
    firstRecord: number,
    count: number,
    firstIndex: number,
  ): void;
  failed(error: Error, count: number, firstIndex: number): void;
}

let capturedResolve: (report: DeliveryReport | Promise<never>) => void;
const capture = (resolve: (report: DeliveryReport | PromiseLike<never>) => void): void => {
  capturedResolve = resolve;
};

/** A promise for one record. Made without a closure of its own: there is one per record. */
export class PromisedDelivery implements DeliverySink {
  readonly promise = new Promise<DeliveryReport>(capture);
  private readonly resolve = capturedResolve;

  delivered(records: DeliveredRecords, record: number): void {
    this.resolve(records.report(record));
  }

  failed(error: Error): void {
    this.resolve(Promise.reject(error));
  }
}

/** A callback for one record. */
export class CallbackDelivery implements DeliverySink {
  constructor(private readonly callback: DeliveryCallback) {}

  delivered(records: DeliveredRecords, record: number): void {
    this.callback(undefined, records.report(record));
  }

  failed(error: Error): void {
    this.callback(error, undefined);
  }
}

/** Nobody waits. */
export const noDelivery: DeliverySink = { delivered: () => {}, failed: () => {} };
