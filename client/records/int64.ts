const twoTo32 = 0x1_0000_0000;

/**
 * Reads a big-endian int64 as a number. Exact within the safe integers; beyond them the nearest
 * double, which `Number.isSafeInteger` tells apart.
 *
 * @throws RangeError when the eight bytes are not all inside the buffer.
 */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * twoTo32 + buffer.readUInt32BE(position + 4);
}

/**
 * Writes a safe integer as a big-endian int64.
 *
 * @throws RangeError when the eight bytes are not all inside the buffer.
 */
export function writeInt64(buffer: Buffer, position: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / twoTo32), position);
  buffer.writeUInt32BE(value >>> 0, position + 4);
}
