import * as fc from 'fast-check';
import type { RequestOf, ResponseInput } from '../api';
import { apis } from '../apis';
import type { ReceivedRequest } from '../wire-codec';
import { kafkaCodec } from './codec';

const header = { apiVersion: 9, correlationId: 7, clientId: 'me' };

function payload(parts: Buffer[] | undefined): Buffer {
  const frame = Buffer.concat(parts ?? []);
  expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
  return frame.subarray(4);
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decode = (text: string) => kafkaCodec.decodeRequest(hex(text));

function refused(received: ReceivedRequest): string | undefined {
  return received.error?.message;
}

describe('requests', () => {
  test('records travel by reference and come out as they went in', () => {
    const big = Buffer.alloc(5000, 1);
    const parts = kafkaCodec.encodeRequest(apis.Produce, header, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 3, records: [big, Buffer.from('xy')] }] }],
    });
    expect(parts).toContain(big);
    const frame = payload(parts);
    const received = kafkaCodec.decodeRequest(frame) as { body: RequestOf<typeof apis.Produce> };
    const { records } = received.body.topicData[0].partitionData[0];
    expect(records).toEqual(Buffer.concat([big, Buffer.from('xy')]));
    expect(records?.buffer).toBe(frame.buffer);
  });

  test('header versions 1 and 2', () => {
    // ApiVersions 0: key, version, correlation id, client id
    expect(decode('0012 0000 00000007 0002 6d65')).toMatchObject({
      header: { apiKey: 18, apiVersion: 0, correlationId: 7, clientId: 'me' },
    });
    // … 3: a tagged field of the header, which nobody knows, then two compact strings
    expect(decode('0012 0003 00000007 ffff 01 05 02 aabb 02 61 02 62 00')).toMatchObject({
      header: { clientId: null },
      body: { clientSoftwareName: 'a', clientSoftwareVersion: 'b' },
    });
  });

  test('tagged fields: those known are read, others skipped', () => {
    // Fetch 12 with the cluster id under tag 0 and something under tag 9
    const fetch = `0001 000c 00000001 ffff 00
      ffffffff 00000000 00000000 00000000 00 00000000 ffffffff 01 01 01
      02 00 02 02 63 09 03 010203`.replaceAll(/\s/g, '');
    expect(decode(fetch)).toMatchObject({ body: { clusterId: 'c', topics: [] } });
    const wrongSize = fetch.replace('0002026309', '0003026309');
    expect(refused(decode(wrongSize))).toMatch(/clusterId is not of its size/);
  });

  test('an unknown version of ApiVersions is a question all the same', () => {
    const received = decode('0012 7fff 00000007 ffff deadbeef');
    expect(received).toMatchObject({ api: apis.ApiVersions, header: { apiVersion: 0x7fff } });
    expect(received.error).toBeUndefined();
    const answer = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
    const frame = payload(kafkaCodec.encodeResponse(apis.ApiVersions, 0x7fff, 7, answer));
    expect(frame).toEqual(hex('00000007 0023 00000001 0012 0000 0004'));
  });

  test.each([
    ['nothing', '', /at byte 0 of 0/],
    ['an unknown API', '03e7 0000 00000001 ffff', /No API has key 999/],
    ['an unknown version', '0003 0063 00000001 ffff', /Metadata is answered in versions 0-12/],
    ['what brokers ask each other', '0004 0007 00000001 ffff', /LeaderAndIsr is not spoken/],
    ['a list longer than its frame', '0003 0001 00000001 ffff 7fffffff', /at byte 14 of 14/],
    ['a length below -1', '0003 0001 00000001 ffff fffffffe', /a length of -2/],
    ['null where it is not allowed', '0003 0000 00000001 ffff ffffffff', /list topics must not/],
    [
      'a null name',
      '0003 0001 00000001 ffff 00000001 ffff',
      /string name must not be null in this version/,
    ],
    ['a varint without end', '0012 0003 00000001 ffff ffffffffff01', /varint .* too long/],
    [
      'an integer beyond 2^53',
      `0002 0001 00000001 ffff ffffffff 00000001 0001 74 00000001 00000000 7fffffffffffffff`,
      /int64 9223372036854775807 at byte \d+ is beyond 2\^53/,
    ],
  ])('%s is refused', (_, bytes, expected) => {
    expect(refused(decode(bytes))).toMatch(expected);
  });

  test('random bytes never throw, nor do frames that are cut', () => {
    const whole = payload(
      kafkaCodec.encodeRequest(apis.Metadata, header, { topics: [{ name: 'some-topic' }] }),
    );
    for (let length = 0; length < whole.length; length++) {
      expect(kafkaCodec.decodeRequest(whole.subarray(0, length)).error).toBeDefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), fc.nat(15), (bytes, key, v) => {
        const frame = Buffer.concat([Buffer.from([0, key, 0, v, 0, 0, 0, 1]), bytes]);
        expect(kafkaCodec.decodeRequest(frame)).toBeDefined();
        expect(kafkaCodec.decodeRequest(Buffer.from(bytes))).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('responses', () => {
  test('have tags behind the correlation id in flexible versions, but ApiVersions', () => {
    const metadata = { brokers: [], topics: [] };
    expect(payload(kafkaCodec.encodeResponse(apis.Metadata, 9, 1, metadata))).toEqual(
      hex('00000001 00 00000000 01 00 ffffffff 01 80000000 00'),
    );
    const versions = { errorCode: 0, apiKeys: [] };
    expect(payload(kafkaCodec.encodeResponse(apis.ApiVersions, 3, 1, versions))).toEqual(
      hex('00000001 0000 01 00000000 00'),
    );
  });

  test('long tagged fields have long sizes', () => {
    const name = 'n'.repeat(300);
    const answer: ResponseInput<typeof apis.ApiVersions> = {
      errorCode: 0,
      apiKeys: [],
      supportedFeatures: [{ name, minVersion: 1, maxVersion: 2 }],
      finalizedFeatures: [{ name, minVersionLevel: 1, maxVersionLevel: 2 }],
    };
    const frame = payload(kafkaCodec.encodeResponse(apis.ApiVersions, 3, 1, answer));
    expect(kafkaCodec.decodeResponse(frame).body(apis.ApiVersions, 3)).toMatchObject(answer);
  });

  test('what does not fit is refused, and the next frame is sound', () => {
    const cluster = { clusterId: 'c', brokers: [] };
    const encode = (more: object) =>
      payload(kafkaCodec.encodeResponse(apis.DescribeCluster, 0, 1, { ...cluster, ...more }));
    const sound = encode({});
    expect(() => encode({ clusterId: null })).toThrow(/clusterId.*must not be null/);
    expect(encode({})).toEqual(sound);
    const offsets = (offset: number) => ({
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset }] }],
    });
    expect(() => kafkaCodec.encodeResponse(apis.ListOffsets, 1, 1, offsets(2 ** 53))).toThrow(
      /Not a safe integer/,
    );
  });
});

describe('failures', () => {
  const fail = (api: keyof typeof apis, apiVersion: number, body: object) => {
    const of = { apiKey: 0, apiVersion, correlationId: 1, clientId: null };
    const parts = kafkaCodec.encodeFailure({ header: of, api: apis[api], body }, 42, 'no');
    return parts && kafkaCodec.decodeResponse(payload(parts)).body(apis[api], apiVersion);
  };

  test('stand in each partition of the request', () => {
    const topicData = [{ name: 't', partitionData: [{ index: 3, records: null }] }];
    expect(fail('Produce', 7, { acks: 1, timeoutMs: 1, topicData })).toMatchObject({
      responses: [{ name: 't', partitionResponses: [{ index: 3, errorCode: 42 }] }],
    });
    expect(fail('ElectLeaders', 0, { topicPartitions: [{ topic: 't', partitions: [5] }] })).toEqual(
      expect.objectContaining({
        replicaElectionResults: [
          { topic: 't', partitionResult: [{ partitionId: 5, errorCode: 42, errorMessage: 'no' }] },
        ],
      }),
    );
  });

  test('stand at the top where there is room', () => {
    expect(fail('Fetch', 7, { topics: [] })).toMatchObject({ errorCode: 42, responses: [] });
    expect(fail('DescribeCluster', 0, {})).toMatchObject({ errorCode: 42, errorMessage: 'no' });
  });

  test('stand in each group, broker or topic named', () => {
    expect(fail('FindCoordinator', 4, { keyType: 0, coordinatorKeys: ['g'] })).toMatchObject({
      coordinators: [{ key: 'g', errorCode: 42, errorMessage: 'no' }],
    });
    expect(fail('DeleteTopics', 1, { topicNames: ['t'] })).toMatchObject({
      responses: [{ name: 't', errorCode: 42 }],
    });
    expect(fail('Metadata', 1, { topics: [{ name: 't' }] })).toMatchObject({
      topics: [{ name: 't', errorCode: 42 }],
    });
  });

  test('have no place in the answer to a request that names nothing', () => {
    expect(fail('Metadata', 1, { topics: null })).toBeUndefined();
  });
});
