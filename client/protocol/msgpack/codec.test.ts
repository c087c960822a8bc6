import * as fc from 'fast-check';
import { Packr } from 'msgpackr';
import { apis } from '../apis';
import type { RequestInput, RequestOf, ResponseOf } from '../api';
import { msgpackCodec } from './codec';

const packr = new Packr({ useRecords: false });

function payload(parts: Buffer[]): Buffer {
  const frame = Buffer.concat(parts);
  expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
  return frame.subarray(4);
}

const header = { apiVersion: 9, correlationId: 7, clientId: 'me' };

describe('requests', () => {
  test('records travel by reference and come out as they went in', () => {
    const big = Buffer.alloc(5000, 1);
    const request: RequestInput<typeof apis.Produce> = {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 3, records: [big, Buffer.from('xy')] }] }],
    };
    const parts = msgpackCodec.encodeRequest(apis.Produce, header, request);
    expect(parts).toContain(big);
    const received = msgpackCodec.decodeRequest(payload(parts));
    expect(received.error).toBeUndefined();
    const body = (received as { body: RequestOf<typeof apis.Produce> }).body;
    expect(body.transactionalId).toBeNull();
    expect(body.topicData[0].partitionData[0].records).toEqual(
      Buffer.concat([big, Buffer.from('xy')]),
    );
    expect(received.header).toEqual({ apiKey: 0, ...header });
  });

  test('any msgpack library can write one; unknown fields are ignored, missing ones defaulted', () => {
    const frame = packr.pack([3, 12, 1, null, { topics: null, future: [1, { x: 2 }] }]);
    const received = msgpackCodec.decodeRequest(frame) as { body: object };
    expect(received.body).toEqual({
      topics: null,
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
  });

  test.each([
    ['an unknown API', [999, 0, 5, 'c', {}], /No API has key 999/],
    ['an unknown version', [3, 99, 5, 'c', {}], /Metadata is answered in versions 0-12, not 99/],
    ['a wrong type', [3, 12, 5, 'c', { topics: 'x' }], /topics: a list is expected, not a string/],
    [
      'a wrong inner type',
      [3, 12, 5, 'c', { topics: [{ name: 1 }] }],
      /topics\[0\].name: a string/,
    ],
    [
      'null where it is not allowed',
      [19, 7, 5, 'c', { topics: null }],
      /topics: null is not allowed/,
    ],
    ['a number out of range', [0, 9, 5, 'c', { acks: 70000 }], /acks: 70000 does not fit an int16/],
  ])('%s is answered with what is wrong', (_, request, expected) => {
    const received = msgpackCodec.decodeRequest(packr.pack(request));
    expect(received.error?.message).toMatch(expected);
    expect(received.header?.correlationId).toBe(5);
  });

  test.each([
    ['nothing', ''],
    ['a huge array', 'ddffffffff'],
    ['a huge map', 'dfffffffff01'],
    ['a huge string', 'dbffffffff'],
    ['an extension', 'd40100'],
    ['trailing bytes', '9000'],
    ['a cut value', '95000100'],
    ['a bare number', '05'],
  ])('%s is refused', (_, hex) => {
    expect(msgpackCodec.decodeRequest(Buffer.from(hex, 'hex')).error).toBeDefined();
  });

  test('endless nesting is refused', () => {
    expect(msgpackCodec.decodeRequest(Buffer.alloc(10_000, 0x91)).error?.message).toMatch(/nested/);
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(msgpackCodec.decodeRequest(Buffer.from(bytes))).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('responses', () => {
  test('carry negative, large and nested values', () => {
    const parts = msgpackCodec.encodeResponse(apis.ListOffsets, 7, -3, {
      topics: [
        {
          name: 'naïve-topic-with-a-long-name-beyond-thirty-two-bytes',
          partitions: [
            { partitionIndex: 70000, errorCode: -1, timestamp: 1_700_000_000_123, offset: -130 },
            { partitionIndex: 1, errorCode: 0, timestamp: -(2 ** 40) - 5, offset: 2 ** 53 - 1 },
          ],
        },
      ],
    });
    const response = msgpackCodec.decodeResponse(payload(parts));
    expect(response.correlationId).toBe(-3);
    const body = response.body(apis.ListOffsets, 7) as ResponseOf<typeof apis.ListOffsets>;
    expect(body.topics[0].name).toBe('naïve-topic-with-a-long-name-beyond-thirty-two-bytes');
    expect(body.topics[0].partitions).toEqual([
      {
        partitionIndex: 70000,
        errorCode: -1,
        timestamp: 1_700_000_000_123,
        offset: -130,
        leaderEpoch: -1,
      },
      {
        partitionIndex: 1,
        errorCode: 0,
        timestamp: -(2 ** 40) - 5,
        offset: 2 ** 53 - 1,
        leaderEpoch: -1,
      },
    ]);
  });

  test('integers of every size survive and are integers to other libraries', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (offset) => {
        const parts = msgpackCodec.encodeResponse(apis.ListOffsets, 7, 1, {
          topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset }] }],
        });
        const body = msgpackCodec
          .decodeResponse(payload(parts))
          .body(apis.ListOffsets, 7) as ResponseOf<typeof apis.ListOffsets>;
        expect(body.topics[0].partitions[0].offset).toBe(offset);
      }),
      { numRuns: 500 },
    );
  });

  test('a failure becomes an error with its code', () => {
    const parts = msgpackCodec.encodeFailure(4, 42, 'nonsense') as Buffer[];
    const response = msgpackCodec.decodeResponse(payload(parts));
    expect(() => response.body(apis.Fetch, 12)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: 'nonsense' }),
    );
  });

  test('a field that must not be null is refused at the sender and leaves the writer usable', () => {
    expect(() =>
      msgpackCodec.encodeResponse(apis.Metadata, 9, 1, { topics: null, brokers: [] }),
    ).toThrow(/"topics" must not be null/);
    payload(msgpackCodec.encodeResponse(apis.Metadata, 9, 1, { topics: [], brokers: [] }));
  });

  test('many frames from one writer do not disturb each other', () => {
    const frames = Array.from({ length: 3000 }, (_, i) =>
      msgpackCodec.encodeFailure(i, 1, 'x'.repeat(i % 300)),
    ) as Buffer[][];
    frames.forEach((parts, i) => {
      const response = msgpackCodec.decodeResponse(payload(parts));
      expect(response.correlationId).toBe(i);
    });
  });
});
