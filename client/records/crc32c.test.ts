import fc from 'fast-check';
import { crc32c, loadPortableCrc32c } from './crc32c';

fc.configureGlobal({ seed: 20250101 });

const portable = loadPortableCrc32c();

// RFC 3720 appendix B.4, and the check value of the CRC catalogue.
const vectors: [string, Buffer, number][] = [
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
];

test.each(vectors)('CRC-32C of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
  expect(portable(bytes)).toBe(expected);
});

test('both implementations agree, and continue a checksum over pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (array, cut) => {
      const bytes = Buffer.from(array);
      const whole = crc32c(bytes);
      expect(portable(bytes)).toBe(whole);
      for (const crc of [crc32c, portable]) {
        expect(crc(bytes.subarray(cut), crc(bytes.subarray(0, cut)))).toBe(whole);
      }
    }),
  );
});
