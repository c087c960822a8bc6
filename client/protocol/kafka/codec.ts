import { isFlexible, type Api } from '../api';
import { apiByKey } from '../apis';
import { ApiVersions } from '../messages/api-versions';
import { perVersion } from '../per-version';
import { ProtocolError } from '../protocol-error';
import { defaultsOf } from '../schema';
import { formatRange, includes } from '../version-range';
import type { ReceivedRequest, ReceivedResponse, RequestHeader, WireCodec } from '../wire-codec';
import { compileDecoder, skipTagged } from './decoder';
import { compileEncoder } from './encoder';
import { failureResponse } from './failure-response';
import { classic } from './length';
import { KafkaReader } from './reader';
import { KafkaWriter } from './writer';

const reader = new KafkaReader();
const writer = new KafkaWriter();

const encoders = {
  flexible: perVersion((shape, version) => compileEncoder(shape, version, true)),
  plain: perVersion((shape, version) => compileEncoder(shape, version, false)),
};
const decoders = {
  flexible: perVersion((shape, version) => compileDecoder(shape, version, true)),
  plain: perVersion((shape, version) => compileDecoder(shape, version, false)),
};

const formOf = (api: Api, version: number) => (isFlexible(api, version) ? 'flexible' : 'plain');

/** Most requests come from the same few clients. */
let lastClientId = '';

/** The part of the header that all versions share, and that even an unknown request can be read up to. */
function readHeader(): RequestHeader {
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const length = classic.readText(reader);
  if (length < 0) return { apiKey, apiVersion, correlationId, clientId: null };
  lastClientId = reader.text(length, lastClientId);
  return { apiKey, apiVersion, correlationId, clientId: lastClientId };
}

/**
 * What brokers tell each other goes over msgpack only, and so is as unknown here as what does not
 * exist.
 *
 * @throws ProtocolError UNSUPPORTED_VERSION
 */
function assertSpoken(
  api: Api | undefined,
  { apiKey, apiVersion }: RequestHeader,
): asserts api is Api {
  if (api?.audience !== 'client') {
    const what = api ? `${api.name} is not spoken` : `No API has key ${apiKey}`;
    throw new ProtocolError('UNSUPPORTED_VERSION', `${what} on the Kafka wire.`);
  }
  if (includes(api.versions, apiVersion)) return;
  throw new ProtocolError(
    'UNSUPPORTED_VERSION',
    `${api.name} is answered in versions ${formatRange(api.versions)}, not ${apiVersion}.`,
  );
}

/** Whoever asks for the versions in one that is not known is answered in the oldest (KIP-511). */
function answeredIn(api: Api, version: number): number {
  return api.key === ApiVersions.key && !includes(api.versions, version)
    ? api.versions.min
    : version;
}

/** The answer to ApiVersions is read by those who do not know yet what the broker speaks. */
function hasResponseTags(api: Api, version: number): boolean {
  return isFlexible(api, version) && api.key !== ApiVersions.key;
}

function encodeResponse(
  api: Api,
  apiVersion: number,
  correlationId: number,
  body: object,
): Buffer[] {
  const version = answeredIn(api, apiVersion);
  return writer.frame(() => {
    writer.int32(correlationId);
    if (hasResponseTags(api, version)) writer.uvarint(0);
    encoders[formOf(api, version)](api.response, version)(writer, body as Record<string, unknown>);
  });
}

/**
 * The Kafka wire protocol: request headers of version 1, and of version 2 in flexible versions;
 * response headers of version 0 and 1, of ApiVersions always 0 (KIP-482, KIP-511). Header version 0
 * of requests belongs to ControlledShutdown 0 alone, which is not spoken. What stands behind a
 * message that was read whole is ignored, as Kafka does.
 */
export const kafkaCodec: WireCodec = {
  name: 'kafka',

  encodeRequest: (api, { apiVersion, correlationId, clientId }, body) =>
    writer.frame(() => {
      writer.int16(api.key);
      writer.int16(apiVersion);
      writer.int32(correlationId);
      if (clientId === null) classic.writeNullText(writer);
      else classic.writeText(writer, clientId);
      if (isFlexible(api, apiVersion)) writer.uvarint(0);
      const encode = encoders[formOf(api, apiVersion)](api.request, apiVersion);
      encode(writer, body as Record<string, unknown>);
    }),

  decodeRequest: (frame): ReceivedRequest => {
    let header: RequestHeader | undefined;
    let api: Api | undefined;
    try {
      reader.start(frame);
      header = readHeader();
      api = apiByKey(header.apiKey);
      const { apiVersion } = header;
      if (api && apiVersion > answeredIn(api, apiVersion)) {
        return { header, api, body: defaultsOf(api.request) };
      }
      assertSpoken(api, header);
      if (isFlexible(api, apiVersion)) skipTagged(reader);
      const decode = decoders[formOf(api, apiVersion)](api.request, apiVersion);
      return { header, api, body: decode(reader) };
    } catch (error) {
      return { header, api, error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      reader.end();
    }
  },

  encodeResponse,

  encodeFailure: ({ header, api, body }, errorCode, message) => {
    if (!api || !body) return undefined;
    const { apiVersion, correlationId } = header;
    const failure = { errorCode, message };
    const response = failureResponse(api, apiVersion, body as Record<string, unknown>, failure);
    return response && encodeResponse(api, apiVersion, correlationId, response);
  },

  decodeResponse: (frame): ReceivedResponse => {
    reader.start(frame);
    const correlationId = reader.int32();
    const { position } = reader;
    reader.end();
    return {
      correlationId,
      body: (api, version) => {
        reader.start(frame, position);
        try {
          if (hasResponseTags(api, version)) skipTagged(reader);
          return decoders[formOf(api, version)](api.response, version)(reader);
        } finally {
          reader.end();
        }
      },
    };
  },
};
