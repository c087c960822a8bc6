import { MalformedMessageError } from '../malformed-message-error';
import type { KafkaReader } from './reader';
import type { KafkaWriter } from './writer';

/** Stands for null in front of strings, bytes and lists. */
const NULL = -1;

/**
 * How a version writes what has a length: compact lengths are varints, one too high so that 0 can
 * stand for null (KIP-482).
 */
export interface LengthForm {
  /** Of strings, with at least 0, or -1 for null. */
  readText(reader: KafkaReader): number;
  /** Of bytes and lists. */
  readCount(reader: KafkaReader): number;
  writeText(writer: KafkaWriter, value: string): void;
  writeBytes(writer: KafkaWriter, value: Buffer | readonly Buffer[]): void;
  writeCount(writer: KafkaWriter, count: number): void;
  writeNullText(writer: KafkaWriter): void;
  writeNullCount(writer: KafkaWriter): void;
}

export const classic: LengthForm = {
  readText: (reader) => checked(reader.int16()),
  readCount: (reader) => checked(reader.int32()),
  writeText: (writer, value) => writer.string(value),
  writeBytes: (writer, value) => writer.sized(value),
  writeCount: (writer, count) => writer.int32(count),
  writeNullText: (writer) => writer.int16(NULL),
  writeNullCount: (writer) => writer.int32(NULL),
};

export const compact: LengthForm = {
  readText: (reader) => reader.uvarint() - 1,
  readCount: (reader) => reader.uvarint() - 1,
  writeText: (writer, value) => writer.compactString(value),
  writeBytes: (writer, value) => writer.compactSized(value),
  writeCount: (writer, count) => writer.uvarint(count + 1),
  writeNullText: (writer) => writer.uvarint(0),
  writeNullCount: (writer) => writer.uvarint(0),
};

function checked(length: number): number {
  if (length < NULL) throw new MalformedMessageError(`a length of ${length}`);
  return length;
}
