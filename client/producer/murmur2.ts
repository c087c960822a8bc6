const seed = 0x9747b28c;
const m = 0x5bd1e995;

/** Node's own method behind `buffer.write(text, 0, 'utf8')`, not in its types. */
interface Utf8Buffer extends Buffer {
  utf8Write(text: string, position: number): number;
}

/**
 * 32-bit MurmurHash2 of the first `length` bytes with Kafka's seed, as a signed integer; equal to
 * `org.apache.kafka.common.utils.Utils.murmur2`. (Austin Appleby, MurmurHash2.)
 */
export function murmur2(data: Uint8Array, length = data.length): number {
  let hash = seed ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let k = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const left = length - whole;
  if (left === 3) hash ^= data[whole + 2] << 16;
  if (left >= 2) hash ^= data[whole + 1] << 8;
  if (left >= 1) hash = Math.imul(hash ^ data[whole], m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}

const scratch = Buffer.allocUnsafeSlow(3 * 1024) as Utf8Buffer;
const maxScratchText = 1024;
/** The call into native code costs as much as some 24 characters. */
const maxLoopedText = 24;

/** {@link murmur2} of a text in UTF-8; keys of usual length are hashed without an allocation. */
export function murmur2OfText(text: string): number {
  if (text.length > maxScratchText) return murmur2(Buffer.from(text));
  if (text.length > maxLoopedText) return murmur2(scratch, scratch.utf8Write(text, 0));
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return murmur2(scratch, scratch.utf8Write(text, 0));
    scratch[index] = unit;
  }
  return murmur2(scratch, text.length);
}
