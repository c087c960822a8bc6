import { controlRecord } from '../../client/records/control-record';
import type { Record } from '../../client/records/record';
import type { RecordBatch } from '../../client/records/record-batch';
import type { Decoder } from './decoders';

/** One batch as Kafka's DumpLogSegments prints it. */
export function formatBatch(batch: RecordBatch, position: number, isValid: boolean): string {
  const horizon = batch.deleteHorizon;
  return fields({
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    count: batch.recordCount,
    baseSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    partitionLeaderEpoch: batch.leaderEpoch,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
    deleteHorizonMs: horizon === -1 ? 'OptionalLong.empty' : `OptionalLong[${horizon}]`,
    position,
    [batch.timestampType]: batch.maxTimestamp,
    size: batch.sizeInBytes,
    magic: batch.magic,
    compresscodec: codecName(batch),
    crc: batch.crc,
    isvalid: isValid,
  });
}

export interface RecordFormat {
  /** Whether to leave out everything but key and value. */
  readonly skipMetadata: boolean;
  /** How to print keys and values; undefined leaves them out. */
  readonly decode: { readonly key: Decoder; readonly value: Decoder } | undefined;
}

/** One record as Kafka's DumpLogSegments prints it. */
export function formatRecord(record: Record, batch: RecordBatch, format: RecordFormat): string {
  const parts = ['|'];
  if (!format.skipMetadata) {
    parts.push(
      fields({
        offset: record.offset,
        [batch.timestampType]: record.timestamp,
        keySize: record.key?.length ?? -1,
        valueSize: record.value?.length ?? -1,
        sequence: sequenceOf(record, batch),
        headerKeys: `[${record.headers.map(({ key }) => key).join(',')}]`,
      }),
    );
    if (batch.isControl) parts.push(formatControl(record));
  }
  if (format.decode && !batch.isControl) {
    if (record.key) parts.push(`key: ${format.decode.key(record.key)}`);
    if (record.value) parts.push(`payload: ${format.decode.value(record.value)}`);
  }
  return parts.join(' ');
}

/** `a: 1 b: 2` */
export function fields(values: Readonly<{ [name: string]: string | number | boolean }>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' ');
}

function codecName(batch: RecordBatch): string {
  try {
    return batch.compression;
  } catch {
    return `unknown(${batch.attributes & 7})`;
  }
}

/** Sequences go on at 0 after 2^31 - 1. */
function sequenceOf(record: Record, { baseSequence, baseOffset }: RecordBatch): number {
  if (baseSequence === -1) return -1;
  return (baseSequence + (record.offset - baseOffset)) % 0x8000_0000;
}

function formatControl(record: Record): string {
  const marker = controlRecord(record);
  if (!marker) return `controlType: UNKNOWN(${record.key?.readInt16BE(2)})`;
  return fields({ endTxnMarker: marker.result, coordinatorEpoch: marker.coordinatorEpoch });
}
