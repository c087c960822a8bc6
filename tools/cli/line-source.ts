import { addAbortSignal, type Readable } from 'node:stream';
import { KafkaClassicError } from '../../client/runtime/error';

export interface LineSourceOptions {
  /** Ends the lines early, without an error. */
  readonly signal?: AbortSignal;
  /** A longer line is an error, in bytes; default 67108864 (64 MiB). */
  readonly maxLineBytes?: number;
}

const NEWLINE = 10;
const RETURN = 13;

/** A line so long that it can hardly be text. */
export class LineTooLongError extends KafkaClassicError {
  constructor(maxLineBytes: number) {
    super(`A line is longer than ${maxLineBytes} bytes.`, {
      code: 'LINE_TOO_LONG',
      retriable: false,
      advice: 'Is the input text with line ends?',
    });
  }
}

/**
 * The lines of a stream as bytes, without their ends (`\n` or `\r\n`): as many at once as came in
 * one piece. Bytes are passed on as they are, so that what is no UTF-8 survives. Reads no further
 * than it is asked for.
 *
 * @throws LineTooLongError; the stream's errors
 */
export async function* linesOf(
  input: Readable,
  { signal, maxLineBytes = 64 * 1024 * 1024 }: LineSourceOptions = {},
): AsyncGenerator<Buffer[]> {
  if (signal) addAbortSignal(signal, input);
  /** The beginning of a line whose end has not come yet. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  try {
    for await (const piece of input) {
      const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as string);
      const lines: Buffer[] = [];
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
        const end = bytes.subarray(start, at);
        lines.push(withoutReturn(begunBytes === 0 ? end : Buffer.concat([...begun, end])));
        begun = [];
        begunBytes = 0;
        start = at + 1;
      }
      if (start < bytes.length) {
        begun.push(bytes.subarray(start));
        begunBytes += bytes.length - start;
        if (begunBytes > maxLineBytes) throw new LineTooLongError(maxLineBytes);
      }
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error;
  }
  if (begunBytes > 0) yield [withoutReturn(Buffer.concat(begun))];
}

function withoutReturn(line: Buffer): Buffer {
  return line[line.length - 1] === RETURN ? line.subarray(0, -1) : line;
}
