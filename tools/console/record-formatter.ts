import type { Record as KafkaRecord } from '../../client/records';
import type { Deserializer } from './deserializers';
import type { OutputBuffer } from './output-buffer';
import type { PrintOptions } from './print-options';

/** What is printed of a record. */
export interface PrintableRecord extends KafkaRecord {
  readonly partition: number;
}

/** Writes a record the way a `--formatter` class of Kafka does. */
export interface RecordFormatter {
  /** @throws KafkaClassicError when something in it cannot be deserialized */
  write(record: PrintableRecord, output: OutputBuffer): void;
}

/**
 * Kafka's DefaultMessageFormatter: timestamp, partition, offset, headers, key and value, as far as
 * they are asked for, separated by the key separator.
 */
export class DefaultFormatter implements RecordFormatter {
  private readonly fields: readonly ((record: PrintableRecord, output: OutputBuffer) => void)[];
  private readonly nullLiteral: Buffer;
  private readonly separator: Buffer;
  private readonly end: Buffer;

  constructor(private readonly options: PrintOptions) {
    const { print, deserialize } = options;
    this.nullLiteral = Buffer.from(options.nullLiteral);
    this.separator = Buffer.from(options.keySeparator);
    this.end = Buffer.from(options.lineSeparator);
    const fields: ((record: PrintableRecord, output: OutputBuffer) => void)[] = [];
    if (print.timestamp) fields.push((record, output) => output.add(timestampText(record)));
    if (print.partition)
      fields.push((record, output) => output.add(`Partition:${record.partition}`));
    if (print.offset) fields.push((record, output) => output.add(`Offset:${record.offset}`));
    if (print.headers) fields.push((record, output) => this.writeHeaders(record, output));
    if (print.key) {
      fields.push((record, output) => this.writeBytes(record.key, deserialize.key, output));
    }
    if (print.value) {
      fields.push((record, output) => this.writeBytes(record.value, deserialize.value, output));
    }
    this.fields = fields;
  }

  write(record: PrintableRecord, output: OutputBuffer): void {
    const { fields } = this;
    for (let index = 0; index < fields.length; index++) {
      if (index > 0) output.add(this.separator);
      fields[index](record, output);
    }
    if (fields.length > 0) output.add(this.end);
  }

  private writeHeaders({ headers }: PrintableRecord, output: OutputBuffer): void {
    if (headers.length === 0) output.add('NO_HEADERS');
    headers.forEach(({ key, value }, index) => {
      if (index > 0) output.add(this.options.headersSeparator);
      output.add(`${key}:`);
      this.writeBytes(value, this.options.deserialize.headers, output);
    });
  }

  private writeBytes(bytes: Buffer | null, deserialize: Deserializer, output: OutputBuffer): void {
    output.add(bytes === null ? this.nullLiteral : deserialize(bytes));
  }
}

/** Kafka's LoggingMessageFormatter: the default one, and a line for the log. */
export class LoggingFormatter implements RecordFormatter {
  constructor(
    private readonly inner: RecordFormatter,
    private readonly log: (line: string) => void,
  ) {}

  write(record: PrintableRecord, output: OutputBuffer): void {
    this.inner.write(record, output);
    const { key, value, timestamp } = record;
    const time = timestamp < 0 ? '' : `${timestampText(record)}, `;
    const keyText = key === null ? 'key:null ' : `key:${key.toString()}, `;
    this.log(`${time}${keyText}value:${value === null ? 'null' : value.toString()}`);
  }
}

/** Kafka's NoOpMessageFormatter: counts, prints nothing. */
export const noOpFormatter: RecordFormatter = { write: () => {} };

function timestampText({ timestamp, timestampType }: PrintableRecord): string {
  return timestamp < 0 ? 'NO_TIMESTAMP' : `${timestampType}:${timestamp}`;
}
