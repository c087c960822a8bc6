import fc from 'fast-check';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot-file';
import { sequenceAfter, type ProducerState } from './producer-state';

const state = (producerId: number, epoch: number, lastSequence: number, delta: number) =>
  ({
    producerId,
    epoch,
    batches: [
      {
        firstSequence: sequenceAfter(lastSequence, -delta),
        lastSequence,
        firstOffset: 100,
        lastOffset: 100 + delta,
        timestamp: 1_700_000_000_000,
      },
    ],
    lastSeenAt: 5,
  }) satisfies ProducerState;

test('has the bytes of Kafka', () => {
  const bytes = encodeProducerSnapshot([state(4000, 2, 9, 4)]);
  expect(bytes.toString('hex')).toBe(
    '0001' + // version
      bytes.toString('hex', 2, 6) + // CRC-32C
      '00000001' +
      '0000000000000fa0' + // producer id
      '0002' + // epoch
      '00000009' + // last sequence
      '0000000000000068' + // last offset
      '00000004' + // offset delta
      '0000018bcfe56800' + // timestamp
      'ffffffff' + // coordinator epoch
      'ffffffffffffffff', // first offset of the transaction
  );
});

test('gives back the last batch of each producer', () => {
  const entry = fc
    .tuple(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 0, max: 32_767 }),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.integer({ min: 0, max: 1000 }),
    )
    .map(([id, epoch, last, delta]) => state(id, epoch, last, delta));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (states) => {
      expect(decodeProducerSnapshot(encodeProducerSnapshot(states), 'f', 5)).toEqual(states);
    }),
  );
});

test('keeps a producer that has no batch in its epoch', () => {
  const empty = { producerId: 1, epoch: 3, batches: [], lastSeenAt: 5 };
  expect(decodeProducerSnapshot(encodeProducerSnapshot([empty]), 'f', 5)).toEqual([empty]);
});

test('anything but a whole snapshot is refused', () => {
  const whole = encodeProducerSnapshot([state(1, 0, 3, 1), state(2, 0, 5, 0)]);
  for (let size = 0; size < whole.length; size++) {
    expect(() => decodeProducerSnapshot(whole.subarray(0, size), 'f', 0)).toThrow('malformed');
  }
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
    expect(() => decodeProducerSnapshot(damaged, 'f', 0)).toThrow('malformed');
  }
});
