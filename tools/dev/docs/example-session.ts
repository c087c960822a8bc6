import { apis } from '../../../client/protocol/apis';
import { msgpackCodec } from '../../../client/protocol/msgpack/codec';

const CORRELATION_ID = 1;

/** The request of the worked example in PROTOCOL.md, as the product's own codec encodes it. */
export function exampleRequest(): Buffer {
  return Buffer.concat(
    msgpackCodec.encodeRequest(
      apis.ApiVersions,
      { apiVersion: 3, correlationId: CORRELATION_ID, clientId: 'me' },
      { clientSoftwareName: 'hand', clientSoftwareVersion: '1' },
    ),
  );
}

/** Its response, cut down to one API. */
export function exampleResponse(): Buffer {
  return Buffer.concat(
    msgpackCodec.encodeResponse(apis.ApiVersions, 3, CORRELATION_ID, {
      errorCode: 0,
      apiKeys: [{ apiKey: 0, minVersion: 3, maxVersion: 9 }],
    }),
  );
}

/** One line per MessagePack token: its bytes in hex and what they mean. */
export function explainFrame(frame: Buffer): string {
  const lines = [line(frame.subarray(0, 4), `${frame.readUInt32BE(0)} bytes follow`)];
  let position = 4;
  let depth = 0;
  const open: number[] = [];
  while (position < frame.length) {
    const token = tokenAt(frame, position);
    lines.push(line(frame.subarray(position, token.end), `${'  '.repeat(depth)}${token.text}`));
    position = token.end;
    if (token.children > 0) {
      open.push(token.children);
      depth++;
      continue;
    }
    while (open.length > 0 && --open[open.length - 1] === 0) {
      open.pop();
      depth--;
    }
  }
  return ['```', ...lines, '```'].join('\n');
}

function line(bytes: Buffer, text: string): string {
  const hex = (bytes.toString('hex').match(/../g) as string[]).join(' ');
  return `${hex.padEnd(68)} ${text}`.trimEnd();
}

interface Token {
  readonly end: number;
  readonly text: string;
  /** Values that belong to it and follow. */
  readonly children: number;
}

/** The kinds of token that occur in the example. */
function tokenAt(frame: Buffer, position: number): Token {
  const type = frame[position];
  const leaf = (end: number, text: string): Token => ({ end, text, children: 0 });
  if (type < 0x80) return leaf(position + 1, String(type));
  if (type < 0x90) {
    const fields = type & 0x0f;
    return { end: position + 1, text: `map of ${fields}`, children: 2 * fields };
  }
  if (type < 0xa0) {
    const elements = type & 0x0f;
    return { end: position + 1, text: `array of ${elements}`, children: elements };
  }
  if (type < 0xc0) {
    const end = position + 1 + (type & 0x1f);
    return leaf(end, JSON.stringify(frame.toString('utf8', position + 1, end)));
  }
  throw new Error(`The example uses a token of type ${type} that is not explained yet.`);
}
