import fc from 'fast-check';
import { OffsetMap, SLOT_BYTES } from './offset-map';

const limits = { memoryBytes: 1024 * SLOT_BYTES, loadFactor: 0.9 };

it('knows the latest offset of every key, and no other', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 300 }), (keys) => {
      const map = new OffsetMap(limits, keys.length);
      const model = new Map<string, number>();
      keys.forEach((key, offset) => {
        expect(map.put(key, offset)).toBe(true);
        model.set(Buffer.from(key).toString('hex'), offset);
      });
      for (const [key, offset] of model) expect(map.get(Buffer.from(key, 'hex'))).toBe(offset);
      expect(map.get(Buffer.from('not there'))).toBe(-1);
      expect(map.size).toBe(model.size);
    }),
  );
});

it('takes known keys when it is full, but no new ones', () => {
  const map = new OffsetMap({ memoryBytes: 12 * SLOT_BYTES, loadFactor: 0.5 }, 1000);
  const keys = Array.from({ length: map.capacity }, (_, n) => Buffer.from(`k${n}`));
  keys.forEach((key, n) => expect(map.put(key, n)).toBe(true));
  expect(map.put(Buffer.from('one more'), 99)).toBe(false);
  expect(map.put(Buffer.from('k0'), 100)).toBe(true);
  expect(map.get(Buffer.from('k0'))).toBe(100);
  expect(map.get(Buffer.from('one more'))).toBe(-1);
});

it('finds its way when all keys begin at the same slot', () => {
  const digest = (key: Uint8Array) => {
    const hash = Buffer.alloc(16);
    hash.writeUInt32BE(7, 4);
    hash.writeUInt32BE(key[0] ?? 0, 12);
    return hash;
  };
  const map = new OffsetMap({ memoryBytes: 100 * SLOT_BYTES, loadFactor: 1 }, 100, digest);
  for (let n = 0; n < map.capacity; n++) expect(map.put(Buffer.from([n]), n)).toBe(true);
  for (let n = 0; n < map.capacity; n++) expect(map.get(Buffer.from([n]))).toBe(n);
});

it('takes no more memory than the keys can need', () => {
  expect(new OffsetMap({ memoryBytes: 2 ** 30, loadFactor: 0.9 }, 10).capacity).toBeLessThan(20);
});
