import fc from 'fast-check';
import { javaHashCode, partitionOfGroup } from './group-partition';
import {
  decodeOffsetKey,
  decodeOffsetValue,
  encodeOffsetKey,
  encodeOffsetValue,
} from './offset-records';

it.each([
  ['', 0],
  ['a', 97],
  ['hello', 99162322],
  ['hello world', 1794106052],
  ['BB', 2112],
  // Of its hash, -2^31, Java has no absolute value.
  ['polygenelubricants', 0],
])('the hash of %j in Java', (text, hash) => {
  expect(javaHashCode(text)).toBe(hash);
  expect(partitionOfGroup(text, 50)).toBe(Math.abs(hash) % 50);
});

const committed = {
  offset: 5,
  leaderEpoch: 2,
  metadata: 'm',
  commitTimestamp: 258,
  expireTimestamp: null,
};

it("writes Kafka's bytes", () => {
  const key = encodeOffsetKey({ groupId: 'g', topic: 'tt', partition: 3 });
  expect(key.toString('hex')).toBe(`0001${'0001'}67${'0002'}7474${'00000003'}`);
  expect(encodeOffsetValue(committed).toString('hex')).toBe(
    ['0003', '0000000000000005', '00000002', '0001', '6d', '0000000000000102'].join(''),
  );
  expect(encodeOffsetValue({ ...committed, expireTimestamp: 1 }).toString('hex')).toBe(
    ['0001', '0000000000000005', '0001', '6d', '0000000000000102', '0000000000000001'].join(''),
  );
});

it('reads what it has written', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  fc.assert(
    fc.property(text, text, fc.nat(), (groupId, topic, partition) => {
      const key = { groupId, topic, partition };
      expect(decodeOffsetKey(encodeOffsetKey(key))).toEqual(key);
    }),
  );
  fc.assert(
    fc.property(text, fc.maxSafeNat(), fc.boolean(), (metadata, offset, expires) => {
      const value = { ...committed, metadata, offset, expireTimestamp: expires ? 99 : null };
      const read = decodeOffsetValue(encodeOffsetValue(value));
      expect(read).toEqual(expires ? { ...value, leaderEpoch: -1 } : value);
    }),
  );
});

it('reads values of old versions, and knows what it does not know', () => {
  const value = (version: number) =>
    Buffer.from(
      ['000' + version, '0000000000000005', '0001', '6d', '0000000000000102'].join(''),
      'hex',
    );
  for (const version of [0, 2]) {
    expect(decodeOffsetValue(value(version))).toEqual({ ...committed, leaderEpoch: -1 });
  }
  expect(decodeOffsetValue(value(4))).toBeUndefined();
  const ofGroup = Buffer.from('0002000167', 'hex');
  expect(decodeOffsetKey(ofGroup)).toBeUndefined();
  const key = encodeOffsetKey({ groupId: 'g', topic: 'tt', partition: 3 });
  expect(() => decodeOffsetKey(key.subarray(0, 6))).toThrow();
});
