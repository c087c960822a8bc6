import { Unpackr } from 'msgpackr';
import type { Api } from '../api';
import { apiByKey } from '../apis';
import { MalformedMessageError } from '../malformed-message-error';
import { ProtocolError } from '../protocol-error';
import type { Shape } from '../schema';
import { formatRange, includes } from '../version-range';
import type { ReceivedRequest, ReceivedResponse, RequestHeader, WireCodec } from '../wire-codec';
import { compileDecoder, type Decoder } from './decoder';
import { compileEncoder, type Encoder } from './encoder';
import { assertWellFormed } from './well-formed';
import { MsgpackWriter } from './writer';

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });
const writer = new MsgpackWriter();

/** Compiled once per shape and version, then kept. */
function perVersion<T>(compile: (shape: Shape, version: number) => T) {
  const known = new Map<Shape, T[]>();
  return (shape: Shape, version: number): T => {
    let versions = known.get(shape);
    if (!versions) known.set(shape, (versions = []));
    return (versions[version] ??= compile(shape, version));
  };
}

const encoderOf: (shape: Shape, version: number) => Encoder = perVersion(compileEncoder);
const decoderOf: (shape: Shape, version: number) => Decoder = perVersion(compileDecoder);

function unpack(frame: Buffer): unknown[] {
  assertWellFormed(frame);
  const value: unknown = unpackr.unpack(frame);
  if (!Array.isArray(value)) throw new MalformedMessageError('an array is expected');
  return value as unknown[];
}

function encodeFrame(write: () => void): Buffer[] {
  writer.begin();
  try {
    write();
    return writer.end();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

const isInt = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

function headerOf([apiKey, apiVersion, correlationId, clientId]: unknown[]): RequestHeader {
  if (!isInt(apiKey, 0, 0x7fff)) throw new MalformedMessageError('not an API key', '[0]');
  if (!isInt(apiVersion, 0, 0x7fff)) throw new MalformedMessageError('not a version', '[1]');
  if (!isInt(correlationId, -0x8000_0000, 0x7fff_ffff)) {
    throw new MalformedMessageError('not an int32', '[2]');
  }
  if (clientId != null && typeof clientId !== 'string') {
    throw new MalformedMessageError('a string or null is expected', '[3]');
  }
  return { apiKey, apiVersion, correlationId, clientId: clientId ?? null };
}

/**
 * The msgpack protocol: a request is `[apiKey, apiVersion, correlationId, clientId, body]`, a
 * response `[correlationId, body]`, or `[correlationId, nil, {errorCode, errorMessage}]`
 * when the request could not be handled at all. Bodies are maps of field names to values.
 */
export const msgpackCodec: WireCodec = {
  name: 'msgpack',

  encodeRequest: (api, { apiVersion, correlationId, clientId }, body) =>
    encodeFrame(() => {
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
      const parts = unpack(frame);
      header = headerOf(parts);
      api = apiByKey(header.apiKey);
      if (!api) throw new ProtocolError('UNSUPPORTED_VERSION', `No API has key ${header.apiKey}.`);
      if (!includes(api.versions, header.apiVersion)) {
        throw new ProtocolError(
          'UNSUPPORTED_VERSION',
          `${api.name} is answered in versions ${formatRange(api.versions)}, not ${header.apiVersion}.`,
        );
      }
      return { header, api, body: decoderOf(api.request, header.apiVersion)(parts[4] ?? {}, '') };
    } catch (error) {
      return { header, api, error: error instanceof Error ? error : new Error(String(error)) };
    }
  },

  encodeResponse: (api, version, correlationId, body) =>
    encodeFrame(() => {
      writer.arrayHeader(2);
      writer.int(correlationId);
      encoderOf(api.response, version)(writer, body as Record<string, unknown>);
    }),

  encodeFailure: (correlationId, errorCode, message) =>
    encodeFrame(() => {
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
    const [correlationId, body, failure] = unpack(frame);
    if (!isInt(correlationId, -0x8000_0000, 0x7fff_ffff)) {
      throw new MalformedMessageError('not a correlation id', '[0]');
    }
    return {
      correlationId,
      body: (api, version) => {
        if (failure != null) throw failureOf(failure as Record<string, unknown>);
        return decoderOf(api.response, version)(body, '');
      },
    };
  },
};

function failureOf({ errorCode, errorMessage }: Record<string, unknown>): ProtocolError {
  const code = typeof errorCode === 'number' && errorCode !== 0 ? errorCode : -1;
  const message = typeof errorMessage === 'string' ? errorMessage : null;
  return ProtocolError.fromCode(code, message) as ProtocolError;
}
