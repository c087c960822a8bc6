import * as fc from 'fast-check';
import { everyVersion, messageOf } from '../testing/any-message';
import { kafkaCodec } from './codec';

function payload(parts: Buffer[]): Buffer {
  return Buffer.concat(parts).subarray(4);
}

describe.each(everyVersion().filter(([, , { audience }]) => audience === 'client'))(
  '%s version %d',
  (_, version, api) => {
    const header = { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: 'c' };

    test('any request comes out as it went in', () => {
      fc.assert(
        fc.property(messageOf(api.request, version), (body) => {
          const received = kafkaCodec.decodeRequest(
            payload(kafkaCodec.encodeRequest(api, header, body)),
          );
          expect(received).toMatchObject({ api, header });
          expect((received as { body?: object }).body).toEqual(body);
        }),
        { numRuns: 20 },
      );
    });

    test('any response comes out as it went in', () => {
      fc.assert(
        fc.property(messageOf(api.response, version), (body) => {
          const frame = payload(kafkaCodec.encodeResponse(api, version, 1, body));
          expect(kafkaCodec.decodeResponse(frame).body(api, version)).toEqual(body);
        }),
        { numRuns: 20 },
      );
    });

    test('a failure has its code wherever there is room for it', () => {
      fc.assert(
        fc.property(messageOf(api.request, version), (body) => {
          const parts = kafkaCodec.encodeFailure({ header, api, body }, 42, 'no');
          if (!parts) return;
          const answer = kafkaCodec.decodeResponse(payload(parts)).body(api, version);
          expect(errorCodesOf(answer)).not.toEqual([]);
          expect(new Set(errorCodesOf(answer))).toEqual(new Set([42]));
        }),
        { numRuns: 10 },
      );
    });
  },
);

/** Error codes of an answer, those below another one left out. */
function errorCodesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(errorCodesOf);
  if (typeof value !== 'object' || value === null) return [];
  if ('errorCode' in value && value.errorCode !== 0) return [value.errorCode];
  const inner = Object.values(value).flatMap(errorCodesOf);
  return inner.length > 0 || !('errorCode' in value) ? inner : [0];
}
