const frameMagic = 0xfd2fb528;
/** Sixteen magics mark frames whose content decoders skip. */
const skippableMagic = 0x184d2a50;
const maxBlockSize = 128 * 1024;

/** One frame of a Zstandard stream. */
export interface ZstdFrame {
  /** First byte and the byte after the last one. */
  start: number;
  end: number;
  /** Whether the header tells the size of the content. */
  sized: boolean;
  /** The content's size, or no less than it when the header does not tell it. */
  maxContentSize: number;
}

/**
 * Walks the frames of a Zstandard stream without unpacking it (RFC 8878 section 3.1). A frame that
 * claims more content than its blocks can hold is refused, so sizes may be trusted for allocation.
 *
 * @throws Error when the data are not whole frames.
 */
export function zstdFrames(data: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  for (let position = 0; position < data.length;) {
    const magic = data.readUInt32LE(position);
    if ((magic & ~0xf) >>> 0 === skippableMagic) {
      position += 8 + data.readUInt32LE(position + 4);
      continue;
    }
    if (magic !== frameMagic) throw new Error('No zstd frame.');
    const frame = readFrame(data, position);
    frames.push(frame);
    position = frame.end;
  }
  return frames;
}

function readFrame(data: Buffer, start: number): ZstdFrame {
  const descriptor = data.readUInt8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : [0, 2, 4, 8][sizeFlag];
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03];
  const sizeAt = start + 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  const blocks = readBlocks(data, sizeAt + sizeBytes);
  const end = blocks.end + (hasChecksum ? 4 : 0);
  if (end > data.length) throw new Error('A zstd frame is cut.');
  if (sizeBytes === 0) return { start, end, sized: false, maxContentSize: blocks.maxContentSize };
  const contentSize = readContentSize(data, sizeAt, sizeBytes);
  if (contentSize > blocks.maxContentSize) throw new Error('A zstd frame claims too much.');
  return { start, end, sized: true, maxContentSize: contentSize };
}

function readContentSize(data: Buffer, position: number, size: number): number {
  if (size === 1) return data.readUInt8(position);
  if (size === 2) return data.readUInt16LE(position) + 256;
  const low = data.readUInt32LE(position);
  return size === 4 ? low : low + data.readUInt32LE(position + 4) * 0x1_0000_0000;
}

/** Follows the three-byte block headers: last flag, type (raw, run of one byte, compressed), size. */
function readBlocks(data: Buffer, start: number): { end: number; maxContentSize: number } {
  let position = start;
  let maxContentSize = 0;
  for (;;) {
    const header = data.readUIntLE(position, 3);
    const type = (header >>> 1) & 0x03;
    const size = header >>> 3;
    if (type === 3 || size > maxBlockSize) throw new Error('A zstd block is invalid.');
    position += 3 + (type === 1 ? 1 : size);
    maxContentSize += type === 2 ? maxBlockSize : size;
    if (position > data.length) throw new Error('A zstd block is cut.');
    if ((header & 1) === 1) return { end: position, maxContentSize };
  }
}
