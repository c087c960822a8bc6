import * as fc from 'fast-check';
import { allApis } from '../apis';
import { everyVersion, messageOf } from '../testing/any-message';
import { msgpackCodec } from './codec';

function payload(parts: Buffer[]): Buffer {
  return Buffer.concat(parts).subarray(4);
}

describe.each(everyVersion())('%s version %d', (_, version, api) => {
  test('any request comes out as it went in', () => {
    const header = { apiVersion: version, correlationId: 1, clientId: null };
    fc.assert(
      fc.property(messageOf(api.request, version), (body) => {
        const received = msgpackCodec.decodeRequest(
          payload(msgpackCodec.encodeRequest(api, header, body)),
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
        const frame = payload(msgpackCodec.encodeResponse(api, version, 1, body));
        expect(msgpackCodec.decodeResponse(frame).body(api, version)).toEqual(body);
      }),
      { numRuns: 20 },
    );
  });
});

test('keys and names are unique; what brokers say to each other has one version', () => {
  const all = allApis();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  const between = all.filter(({ audience }) => audience === 'broker');
  expect(between.map(({ name }) => name)).toContain('LeaderAndIsr');
  expect(between.every(({ versions }) => versions.min === versions.max)).toBe(true);
});
