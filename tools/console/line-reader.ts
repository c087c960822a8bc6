import type { ProducerMessage } from '../../client/producer';
import type { RecordHeaderInput } from '../../client/records';
import { KafkaClassicError } from '../../client/runtime/error';
import type { LineReaderOptions } from './line-reader-options';

/** A line does not look as the properties say it should. */
export class LineFormatError extends KafkaClassicError {
  constructor(message: string, advice: string) {
    super(message, { code: 'LINE_FORMAT', retriable: false, advice });
  }
}

/** Where a field of a line ends and where the next one begins. */
interface Field {
  readonly bytes: Buffer;
  readonly next: number;
}

/**
 * Makes records of lines, `headers <delimiter> key <separator> value` with what the options ask
 * for. Works on bytes, so that a value need not be UTF-8.
 */
export class LineReader {
  private lineNumber = 0;
  private readonly keySeparator: Buffer;
  private readonly headersDelimiter: Buffer;
  private readonly nullMarker: Buffer | undefined;

  constructor(private readonly options: LineReaderOptions) {
    this.keySeparator = Buffer.from(options.keySeparator);
    this.headersDelimiter = Buffer.from(options.headersDelimiter);
    const { nullMarker } = options;
    this.nullMarker = nullMarker === undefined ? undefined : Buffer.from(nullMarker);
  }

  /** Number of the line read last, from 1. */
  get line(): number {
    return this.lineNumber;
  }

  /** @throws LineFormatError, unless `ignoreError` */
  read(line: Buffer): ProducerMessage {
    this.lineNumber++;
    const { parseHeaders, parseKey } = this.options;
    if (!parseHeaders && !parseKey) return { value: this.orNull(line) };
    const headers = parseHeaders
      ? this.field(line, 0, this.headersDelimiter, 'headers delimiter')
      : undefined;
    const start = headers?.next ?? 0;
    const key = parseKey ? this.field(line, start, this.keySeparator, 'key separator') : undefined;
    return {
      key: key ? this.orNull(key.bytes) : null,
      value: this.orNull(line.subarray(key?.next ?? start)),
      headers: headers && this.headers(headers.bytes),
    };
  }

  private field(line: Buffer, start: number, separator: Buffer, name: string): Field | undefined {
    const at = line.indexOf(separator, start);
    if (at >= 0) return { bytes: line.subarray(start, at), next: at + separator.length };
    if (this.options.ignoreError) return undefined;
    throw new LineFormatError(
      `No ${name} found on line number ${this.lineNumber}: '${line.toString()}'.`,
      'Correct the line, or set --property ignore.error=true to take such lines as values.',
    );
  }

  private headers(bytes: Buffer): RecordHeaderInput[] | undefined {
    if (this.isNull(bytes)) return undefined;
    return bytes
      .toString()
      .split(this.options.headersSeparator)
      .map((pair) => this.header(pair));
  }

  private header(pair: string): RecordHeaderInput {
    const { headersKeySeparator, nullMarker, ignoreError } = this.options;
    const at = pair.indexOf(headersKeySeparator);
    if (at < 0) {
      if (ignoreError) return { key: pair, value: null };
      throw new LineFormatError(
        `No header key separator found in pair '${pair}' on line number ${this.lineNumber}.`,
        `Write headers as key${headersKeySeparator}value, or set --property ignore.error=true.`,
      );
    }
    const key = pair.slice(0, at);
    if (key === nullMarker) {
      throw new LineFormatError(
        `A header key on line number ${this.lineNumber} is the null marker '${key}'.`,
        'Header keys cannot be null; name it.',
      );
    }
    const value = pair.slice(at + headersKeySeparator.length);
    return { key, value: value === nullMarker ? null : value };
  }

  private orNull(bytes: Buffer): Buffer | null {
    return this.isNull(bytes) ? null : bytes;
  }

  private isNull(bytes: Buffer): boolean {
    return this.nullMarker?.equals(bytes) ?? false;
  }
}
