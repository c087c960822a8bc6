/** Longest reply taken for real; anything above means the stream is out of step. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/**
 * Cuts what one socket delivers into whole frames, each with its four bytes of length in front.
 * The library keeps a half frame across connections and copies the rest for every frame; handing
 * it one whole frame at a time avoids both. One splitter per socket, never reused.
 */
export class FrameSplitter {
  private chunks: Buffer[] = [];
  private buffered = 0;
  private needed = 4;

  /** @throws RangeError when the length is impossible: the connection has to be given up */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return [];
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks, this.buffered);
    const frames: Buffer[] = [];
    let start = 0;
    this.needed = 4;
    while (bytes.length - start >= 4) {
      const size = bytes.readInt32BE(start);
      if (size <= 0 || size > MAX_FRAME_BYTES) throw new RangeError(`frame of ${size} bytes`);
      if (bytes.length - start < size + 4) {
        this.needed = size + 4;
        break;
      }
      frames.push(bytes.subarray(start, start + size + 4));
      start += size + 4;
    }
    this.buffered = bytes.length - start;
    this.chunks = this.buffered === 0 ? [] : [bytes.subarray(start)];
    return frames;
  }
}
