/** Smaller ones are not used again: Node cuts them from larger pieces by itself. */
export const SMALLEST_FRAME_BUFFER = 4 * 1024;
const LARGEST_POWER = 1024 * 1024;
/** A full fetch of one partition, or a batch of the largest default size, and what surrounds it. */
const LARGEST = LARGEST_POWER + 64 * 1024;
const MOST_FREE_BYTES = 8 * 1024 * 1024;

/**
 * Buffers for frames, used again and again. A fresh buffer per frame makes V8 collect the whole
 * heap many times a second for the sake of memory outside of it (a quarter of a broker's time at
 * 64 KiB per frame).
 *
 * Giving back is voluntary: a buffer that is not given back is collected like any other.
 */
export class FrameBuffers {
  /** By size: a power of two, or the largest. */
  private readonly free = new Map<number, ArrayBuffer[]>();
  /** Not their memory, which may be with somebody else by now. */
  private readonly lent = new WeakSet<Buffer>();
  private freeBytes = 0;

  /** A buffer of exactly this length, its content undefined. */
  take(bytes: number): Buffer {
    if (bytes < SMALLEST_FRAME_BUFFER || bytes > LARGEST) return Buffer.allocUnsafe(bytes);
    const size = bytes > LARGEST_POWER ? LARGEST : 2 ** Math.ceil(Math.log2(bytes));
    const memory = this.free.get(size)?.pop();
    if (memory) {
      this.freeBytes -= size;
      return this.lend(memory, bytes);
    }
    return this.lend(Buffer.allocUnsafeSlow(size).buffer, bytes);
  }

  /**
   * Gives back a buffer that nobody looks at any more. Anything that was not taken here, or was
   * given back already, is left alone.
   *
   * @param frame as it was taken, not a part of it
   */
  give(frame: Buffer): void {
    const memory = frame.buffer as ArrayBuffer;
    if (!this.lent.delete(frame) || this.freeBytes + memory.byteLength > MOST_FREE_BYTES) return;
    this.freeBytes += memory.byteLength;
    const list = this.free.get(memory.byteLength);
    if (list) list.push(memory);
    else this.free.set(memory.byteLength, [memory]);
  }

  private lend(memory: ArrayBufferLike, bytes: number): Buffer {
    const frame = Buffer.from(memory, 0, bytes);
    this.lent.add(frame);
    return frame;
  }
}
