import { RecordBatchBuilder } from './batch-builder';
import { corrupt } from './invalid-batch-error';
import { type Record } from './record';

/** How a transaction ended. */
export type TransactionResult = 'ABORT' | 'COMMIT';

/** The types of control records in the order of their numbers (`ControlRecordType.java`). */
const results: readonly TransactionResult[] = ['ABORT', 'COMMIT'];
const currentVersion = 0;

/** The end of a transaction, as the coordinator has it written to every partition involved. */
export interface EndTransactionMarker {
  result: TransactionResult;
  coordinatorEpoch: number;
}

/** What an end-of-transaction batch needs besides the marker. */
export interface ControlBatchOptions extends EndTransactionMarker {
  producerId: number;
  producerEpoch: number;
  /** Milliseconds since 1970. */
  timestamp: number;
}

/**
 * Builds the control batch that ends a transaction on a partition (KIP-98). Its record has the key
 * int16 version 0, int16 type, and the value int16 version 0, int32 coordinator epoch.
 */
export function buildEndTransactionBatch(options: ControlBatchOptions): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(currentVersion, 0);
  key.writeInt16BE(results.indexOf(options.result), 2);
  const value = Buffer.alloc(6);
  value.writeInt16BE(currentVersion, 0);
  value.writeInt32BE(options.coordinatorEpoch, 2);
  const { producerId, producerEpoch } = options;
  const builder = new RecordBatchBuilder({
    maxBytes: 128,
    isControl: true,
    producer: { producerId, producerEpoch, baseSequence: -1, isTransactional: true },
  });
  builder.tryAppend(options.timestamp, key, value);
  return builder.build();
}

/**
 * Reads the record of a control batch.
 *
 * @returns undefined for types that are none of ours, which readers pass over.
 * @throws InvalidBatchError CORRUPT_MESSAGE when key or value are too short.
 */
export function controlRecord(record: Record): EndTransactionMarker | undefined {
  const { key, value } = record;
  if (key === null || key.length < 4) throw corrupt('A control record has no type.');
  const result = results[key.readInt16BE(2)];
  if (result === undefined) return undefined;
  if (value === null || value.length < 6) {
    throw corrupt('The end of a transaction has no coordinator epoch.');
  }
  return { result, coordinatorEpoch: value.readInt32BE(2) };
}
