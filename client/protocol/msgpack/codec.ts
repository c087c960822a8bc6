import type { Api } from '../api';
import { apiByKey } from '../apis';
import { ErrorCode } from '../error-codes';
import { MalformedMessageError } from '../malformed-message-error';
import { ProtocolError } from '../protocol-error';
import { int16, string, type Shape } from '../schema';
import { formatRange, includes } from '../version-range';
import type { ReceivedRequest, ReceivedResponse, RequestHeader, WireCodec } from '../wire-codec';
import { perVersion } from '../per-version';
import { compileDecoder, type Decoder } from './decoder';
import { compileEncoder, type Encoder } from './encoder';
import { MsgpackReader } from './reader';
import { assertWellFormed } from './well-formed';
import { MsgpackWriter } from './writer';

const reader = new MsgpackReader();
const writer = new MsgpackWriter();

const encoderOf: (shape: Shape, version: number) => Encoder = perVersion(compileEncoder);
const decoderOf: (shape: Shape, version: number) => Decoder = perVersion(compileDecoder);

/** @returns the number of elements of the frame's array, the first of which is read next */
function open(frame: Buffer): number {
  assertWellFormed(frame);
  reader.start(frame);
  const length = reader.arrayHeader();
  if (length === undefined) throw new MalformedMessageError('an array is expected');
  return length;
}

/** What stands behind a body that is not there. */
const failure = compileDecoder(
  {
    errorCode: int16('Why.', { default: ErrorCode.UNKNOWN_SERVER_ERROR }),
    errorMessage: string('For people.', { nullable: '0+', default: null }),
  },
  0,
);

/** A body with nothing in it. */
const emptyMap = Buffer.from([0x80]);
/** Most requests come from the same few clients. */
let lastClientId = '';

/** @returns undefined when there is no integer of this size */
function readInt(min: number, max: number): number | undefined {
  const value = reader.number();
  const fits = value !== undefined && Number.isInteger(value) && value >= min && value <= max;
  return fits ? value : undefined;
}

const readCorrelationId = () => readInt(-0x8000_0000, 0x7fff_ffff);

/** @param length of the array it begins */
function readHeader(length: number): RequestHeader {
  const apiKey = length > 0 ? readInt(0, 0x7fff) : undefined;
  if (apiKey === undefined) throw new MalformedMessageError('not an API key', '[0]');
  const apiVersion = length > 1 ? readInt(0, 0x7fff) : undefined;
  if (apiVersion === undefined) throw new MalformedMessageError('not a version', '[1]');
  const correlationId = length > 2 ? readCorrelationId() : undefined;
  if (correlationId === undefined) throw new MalformedMessageError('not an int32', '[2]');
  if (length <= 3 || reader.nil()) return { apiKey, apiVersion, correlationId, clientId: null };
  const clientId = reader.string(lastClientId);
  if (clientId === undefined) {
    throw new MalformedMessageError('a string or null is expected', '[3]');
  }
  lastClientId = clientId;
  return { apiKey, apiVersion, correlationId, clientId };
}

/**
 * The msgpack protocol: a request is `[apiKey, apiVersion, correlationId, clientId, body]`, a
 * response `[correlationId, body]`, or `[correlationId, nil, {errorCode, errorMessage}]`
 * when the request could not be handled at all. Bodies are maps of field names to values.
 */
export const msgpackCodec: WireCodec = {
  name: 'msgpack',

  encodeRequest: (api, { apiVersion, correlationId, clientId }, body) =>
    writer.frame(() => {
      writer.arrayHeader(5);
      writer.int(api.key);
      writer.int(apiVersion);
      writer.int(correlationId);
      if (clientId === null) writer.nil();
      else writer.string(clientId);
      encoderOf(api.request, apiVersion)(writer, body as Record<string, unknown>);
    }),

  decodeRequest: (frame): ReceivedRequest => {
    let header: RequestHeader | undefined;
    let api: Api | undefined;
    try {
      const length = open(frame);
      header = readHeader(length);
      api = apiByKey(header.apiKey);
      if (!api) throw new ProtocolError('UNSUPPORTED_VERSION', `No API has key ${header.apiKey}.`);
      if (!includes(api.versions, header.apiVersion)) {
        throw new ProtocolError(
          'UNSUPPORTED_VERSION',
          `${api.name} is answered in versions ${formatRange(api.versions)}, not ${header.apiVersion}.`,
        );
      }
      if (length <= 4 || reader.nil()) reader.start(emptyMap);
      return { header, api, body: decoderOf(api.request, header.apiVersion)(reader) };
    } catch (error) {
      return { header, api, error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      reader.end();
    }
  },

  encodeResponse: (api, version, correlationId, body) =>
    writer.frame(() => {
      writer.arrayHeader(2);
      writer.int(correlationId);
      encoderOf(api.response, version)(writer, body as Record<string, unknown>);
    }),

  encodeFailure: ({ header: { correlationId } }, errorCode, message) =>
    writer.frame(() => {
      writer.arrayHeader(3);
      writer.int(correlationId);
      writer.nil();
      writer.mapHeader(2);
      writer.string('errorCode');
      writer.int(errorCode);
      writer.string('errorMessage');
      writer.string(message);
    }),

  decodeResponse: (frame): ReceivedResponse => {
    const length = open(frame);
    const correlationId = length > 0 ? readCorrelationId() : undefined;
    if (correlationId === undefined) throw new MalformedMessageError('not a correlation id', '[0]');
    if (length === 1) throw new MalformedMessageError('a body is expected', '[1]');
    const { position } = reader;
    const failureAt = length > 2 ? afterBody() : undefined;
    reader.end();
    return {
      correlationId,
      body: (api, version) => {
        reader.start(frame, failureAt ?? position);
        try {
          if (failureAt !== undefined) throw failureOf(failure(reader));
          return decoderOf(api.response, version)(reader);
        } finally {
          reader.end();
        }
      },
    };
  },
};

/** @returns where the failure is that stands behind the body, if there is one */
function afterBody(): number | undefined {
  reader.skip();
  const { position } = reader;
  return reader.nil() ? undefined : position;
}

function failureOf({ errorCode, errorMessage }: Record<string, unknown>): ProtocolError {
  const code = errorCode === 0 ? ErrorCode.UNKNOWN_SERVER_ERROR : (errorCode as number);
  return ProtocolError.fromCode(code, errorMessage as string | null) as ProtocolError;
}
