import * as fc from 'fast-check';
import { AssignerProtocol } from 'kafkajs';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol';
import { MalformedMessageError } from './malformed-message-error';

const { MemberMetadata, MemberAssignment } = AssignerProtocol;

const subscription = {
  topics: ['a', 'bc'],
  userData: Buffer.from('u'),
  ownedPartitions: [{ topic: 'a', partitions: [0, 2] }],
  generationId: 7,
  rackId: 'r1',
};

/** As Java's ConsumerProtocol writes it, version by version. */
const golden = {
  head: '00000002000161000262630000000175',
  owned: '000000010001610000000200000000' + '00000002',
  generation: '00000007',
  rack: '00027231',
};

describe('subscriptions', () => {
  test.each([
    [0, golden.head],
    [1, golden.head + golden.owned],
    [2, golden.head + golden.owned + golden.generation],
    [3, golden.head + golden.owned + golden.generation + golden.rack],
  ])('version %i has the bytes that Java writes', (version, expected) => {
    const bytes = encodeSubscription(subscription, version);
    expect(bytes.toString('hex')).toBe(`000${version}${expected}`);
    expect(decodeSubscription(bytes)).toEqual({
      ...subscription,
      ...(version < 1 && { ownedPartitions: [] }),
      ...(version < 2 && { generationId: -1 }),
      ...(version < 3 && { rackId: null }),
    });
  });

  test('KafkaJS reads ours, and we read its own', () => {
    expect(MemberMetadata.decode(encodeSubscription(subscription))).toMatchObject({
      version: 3,
      topics: ['a', 'bc'],
      userData: Buffer.from('u'),
    });
    const theirs = MemberMetadata.encode({ version: 0, topics: ['x'], userData: Buffer.alloc(0) });
    expect(
      encodeSubscription({ ...subscription, topics: ['x'], userData: Buffer.alloc(0) }, 0),
    ).toEqual(theirs);
    expect(decodeSubscription(theirs)).toMatchObject({ topics: ['x'], generationId: -1 });
  });

  test('what a later version adds at the end is not looked at', () => {
    const later = Buffer.concat([encodeSubscription(subscription), Buffer.from('more')]);
    later.writeInt16BE(9);
    expect(decodeSubscription(later)).toEqual(subscription);
  });
});

describe('assignments', () => {
  const assignment = {
    topicPartitions: [
      { topic: 'a', partitions: [1] },
      { topic: 'b', partitions: [] },
    ],
    userData: null,
  };

  test('KafkaJS reads ours, and we read its own', () => {
    const ours = encodeAssignment(assignment);
    expect(MemberAssignment.decode(ours)).toMatchObject({ assignment: { a: [1], b: [] } });
    const theirs = MemberAssignment.encode({
      version: 1,
      assignment: { a: [1], b: [] },
      userData: Buffer.alloc(0),
    });
    expect(encodeAssignment({ ...assignment, userData: Buffer.alloc(0) }, 1)).toEqual(theirs);
    expect(decodeAssignment(theirs).topicPartitions).toEqual(assignment.topicPartitions);
  });

  test('no bytes are no partitions', () => {
    expect(decodeAssignment(Buffer.alloc(0))).toEqual({ topicPartitions: [], userData: null });
  });
});

describe('any bytes', () => {
  const text = fc.string({ maxLength: 20 });
  const bytes = fc.option(fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)));
  const topicPartitions = fc.array(
    fc.record({ topic: text, partitions: fc.array(fc.nat(0x7fff_ffff), { maxLength: 5 }) }),
    { maxLength: 5 },
  );

  test('come out as they went in', () => {
    const any = fc.record({
      topics: fc.array(text, { maxLength: 5 }),
      userData: bytes,
      ownedPartitions: topicPartitions,
      generationId: fc.integer({ min: -1, max: 0x7fff_ffff }),
      rackId: fc.option(text),
    });
    fc.assert(
      fc.property(any, (one) => expect(decodeSubscription(encodeSubscription(one))).toEqual(one)),
    );
    fc.assert(
      fc.property(fc.record({ topicPartitions, userData: bytes }), (one) =>
        expect(decodeAssignment(encodeAssignment(one))).toEqual(one),
      ),
    );
  });

  test('that are cut or wild are refused, never believed', () => {
    const whole = encodeSubscription(subscription);
    // After the topics a client of old may end, and others where an older version ends.
    const ends = [13, ...[0, 1, 2].map((older) => encodeSubscription(subscription, older).length)];
    for (let end = 0; end < whole.length; end++) {
      if (ends.includes(end)) continue;
      expect(() => decodeSubscription(whole.subarray(0, end))).toThrow(MalformedMessageError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (array) => {
        try {
          decodeSubscription(Buffer.from(array));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });
});
