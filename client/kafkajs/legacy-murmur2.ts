const seed = 0x9747b28c;
const m = 0x5bd1e995;

/**
 * The hash of KafkaJS before version 2, which is not murmur2: it multiplies as floating point numbers
 * and reads one block too many when the length is no multiple of four. Programs that have used it
 * need it to find their keys again.
 */
export function legacyMurmur2(key: Buffer | string): number {
  const data = Buffer.isBuffer(key) ? key : Buffer.from(String(key));
  const { length } = data;
  const byte = (at: number): number => data[at] & 0xff; // 0 past the end
  let h = seed ^ length;
  for (let block = 0; block < length / 4; block++) {
    const at = block * 4;
    let k = byte(at) + (byte(at + 1) << 8) + (byte(at + 2) << 16) + (byte(at + 3) << 24);
    k *= m;
    k ^= k >>> 24;
    k *= m;
    h *= m;
    h ^= k;
  }
  const tail = length & ~3;
  if (length % 4 === 3) h ^= byte(tail + 2) << 16;
  if (length % 4 >= 2) h ^= byte(tail + 1) << 8;
  if (length % 4 >= 1) {
    h ^= byte(tail);
    h *= m;
  }
  h ^= h >>> 13;
  h *= m;
  return h ^ (h >>> 15);
}
