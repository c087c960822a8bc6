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

const hex = (text: string) => Buffer.from(text).toString('hex');

const failed = (correlationId: number) => ({
  header: { apiKey: 1, apiVersion: 12, correlationId, clientId: null },
  api: undefined,
});

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

  test('the order of the fields does not matter, nor how numbers and names are packed', () => {
    const partition = { partition: 3, fetchOffset: 2 ** 40, partitionMaxBytes: 1000 };
    const body = {
      topics: [{ topic: 'clicks', partitions: [partition] }],
      maxWaitMs: 5,
      minBytes: 1,
    };
    const expected = msgpackCodec.decodeRequest(packr.pack([1, 12, 1, 'c', body]));
    expect(expected).toMatchObject({ body });
    const backwards = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(backwards);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, inner]) => [name, backwards(inner)]),
      );
    };
    const reversed = msgpackCodec.decodeRequest(packr.pack([1, 12, 1, 'c', backwards(body)]));
    expect(reversed).toEqual(expected);
    const { body: decoded } = reversed as { body: object };
    expect(Object.keys(decoded)).toHaveLength(Object.keys(apis.Fetch.request).length);

    const name = (text: string) => `d9${Buffer.from([text.length]).toString('hex')}${hex(text)}`;
    const wide = Buffer.from(
      // [3.0, uint64 12, int64 1, nil, {5: [], "topics" as str 8: nil, "topics": []}]
      `95cb4008000000000000cf000000000000000cd30000000000000001c0830590${name('topics')}c0a6${hex('topics')}90`,
      'hex',
    );
    expect(msgpackCodec.decodeRequest(wide)).toMatchObject({
      header: { apiKey: 3, apiVersion: 12, correlationId: 1, clientId: null },
      body: { topics: [] },
    });
  });

  test('names that are not ASCII, and names that repeat, are what they are', () => {
    const names = ['clicks', 'clicks', 'klicks', 'клик', 'naïve', 'naiv', 'naïve', ''];
    for (const name of names) {
      const received = msgpackCodec.decodeRequest(
        packr.pack([3, 12, 5, name, { topics: [{ name }, { name }] }]),
      );
      const { body } = received as { body: RequestOf<typeof apis.Metadata> };
      expect(body.topics?.map((topic) => topic.name)).toEqual([name, name]);
      expect(received.header?.clientId).toBe(name);
    }
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
    ['a fraction', [0, 9, 5, 'c', { acks: 0.5 }], /acks: an int16 is expected, not a number/],
    ['null in a list', [3, 12, 5, 'c', { topics: [null] }], /topics\[0\]: null in a list/],
    ['a body that is a list', [3, 12, 5, 'c', []], /message: a map is expected, not a list/],
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
        oldStyleOffsets: [],
        leaderEpoch: -1,
      },
      {
        partitionIndex: 1,
        errorCode: 0,
        timestamp: -(2 ** 40) - 5,
        offset: 2 ** 53 - 1,
        oldStyleOffsets: [],
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
    const parts = msgpackCodec.encodeFailure(failed(4), 42, 'nonsense') as Buffer[];
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
      msgpackCodec.encodeFailure(failed(i), 1, 'x'.repeat(i % 300)),
    ) as Buffer[][];
    frames.forEach((parts, i) => {
      const response = msgpackCodec.decodeResponse(payload(parts));
      expect(response.correlationId).toBe(i);
    });
  });
});
