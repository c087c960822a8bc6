import type * as snappy from 'snappy';
import { type CompressionCodec, OutputLimitError } from './codec';
import { optionalModule } from './optional-module';

const library = optionalModule<typeof snappy>('snappy');

/** Without this each result is an external buffer with a finalizer, five times slower. */
const copied = { copyOutputData: true };

/** The stream header of xerial's snappy-java: magic, version 1, oldest compatible version 1. */
const xerialHeader = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');
const xerialMagic = xerialHeader.subarray(0, 8);
const xerialBlockSize = 32 * 1024;

/** A snappy element of 3 bytes yields at most 64, so no block grows more than this. */
const maxExpansion = 22;

/**
 * Snappy in the framing of xerial's snappy-java, which Kafka's Java clients write: a header, then
 * blocks of at most 32 KiB, each with an int32 compressed size in front. A bare snappy block,
 * which librdkafka writes, is read too.
 */
export const snappyCodec: CompressionCodec = {
  compress(data) {
    const { compressSync } = library();
    const pieces: Buffer[] = [xerialHeader];
    for (let start = 0; start < data.length; start += xerialBlockSize) {
      const block = compressSync(data.subarray(start, start + xerialBlockSize), copied);
      const size = Buffer.allocUnsafe(4);
      size.writeInt32BE(block.length);
      pieces.push(size, block);
    }
    return Buffer.concat(pieces);
  },

  decompress(data, maxBytes) {
    if (!isXerial(data)) return decompressBlock(data, maxBytes);
    const pieces: Buffer[] = [];
    let total = 0;
    for (let position = xerialHeader.length; position < data.length;) {
      const size = data.readInt32BE(position);
      const start = position + 4;
      position = start + size;
      if (size < 0 || position > data.length) throw new Error('A snappy block is cut.');
      const piece = decompressBlock(data.subarray(start, position), maxBytes - total);
      total += piece.length;
      pieces.push(piece);
    }
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, total);
  },
};

function isXerial(data: Buffer): boolean {
  return (
    data.length >= xerialHeader.length &&
    data.compare(xerialMagic, 0, xerialMagic.length, 0, xerialMagic.length) === 0
  );
}

function decompressBlock(block: Buffer, maxBytes: number): Buffer {
  const size = uncompressedSize(block);
  // The library allocates what the block claims, so the claim is judged first.
  if (size > block.length * maxExpansion) throw new Error('A snappy block claims too much.');
  if (size > maxBytes) throw new OutputLimitError('snappy');
  return library().uncompressSync(block, { ...copied, asBuffer: true }) as Buffer;
}

/** The little-endian base-128 number that every snappy block starts with. */
function uncompressedSize(block: Buffer): number {
  let size = 0;
  for (let index = 0; index < 5 && index < block.length; index++) {
    size += (block[index] & 0x7f) * 2 ** (7 * index);
    if (block[index] < 0x80) return size;
  }
  throw new Error('A snappy block has no size.');
}
