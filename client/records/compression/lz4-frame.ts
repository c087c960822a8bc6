const frameMagic = 0x184d2204;
const contentSizeFlag = 1 << 3;
const blockChecksumFlag = 1 << 4;
const dictionaryFlag = 1;
const storedBlockBit = 0x8000_0000;

/** A length of this much in a token goes on in the following bytes. */
const longLength = 15;
const minMatch = 4;

/**
 * The size that an LZ4 frame unpacks to, counted from its tokens without unpacking it ("LZ4 Frame
 * Format Description" and "LZ4 Block Format Description" of the lz4 project). For damaged data
 * it is at least what a decoder would have produced before it notices.
 *
 * @throws Error when the data do not start with a frame header.
 */
export function lz4UncompressedSize(data: Buffer): number {
  if (data.length < 7 || data.readUInt32LE(0) !== frameMagic) throw new Error('No LZ4 frame.');
  const flags = data[4];
  const checksumSize = (flags & blockChecksumFlag) !== 0 ? 4 : 0;
  let position = 7;
  if ((flags & contentSizeFlag) !== 0) position += 8;
  if ((flags & dictionaryFlag) !== 0) position += 4;
  let total = 0;
  while (position + 4 <= data.length) {
    const word = data.readUInt32LE(position);
    if (word === 0) break;
    const size = word & ~storedBlockBit;
    const start = position + 4;
    const end = Math.min(start + size, data.length);
    total += word >= storedBlockBit ? end - start : blockSize(data, start, end);
    position = start + size + checksumSize;
  }
  return total;
}

/** Sums the literals and matches of one compressed block. */
function blockSize(data: Buffer, start: number, end: number): number {
  let position = start;
  let total = 0;
  const extend = (length: number): number => {
    if (length < longLength) return length;
    let byte = 255;
    while (byte === 255 && position < end) {
      byte = data[position++];
      length += byte;
    }
    return length;
  };
  while (position < end) {
    const token = data[position++];
    const literals = extend(token >>> 4);
    position += literals;
    total += literals;
    if (position >= end) break;
    position += 2;
    total += minMatch + extend(token & 0x0f);
  }
  return total;
}
