const SIZES = [64 * 1024, 256 * 1024, 1024 * 1024];

/**
 * Buffers for reads, so that a fetch of a MiB does not fault in fresh pages each time. What is not
 * given back is simply collected.
 *
 * @param maxBytes memory kept for later; default 16 MiB
 */
export class ReadBufferPool {
  private readonly free = new Map<number, Buffer[]>(SIZES.map((size) => [size, []]));
  private kept = 0;

  constructor(private readonly maxBytes = 16 * 1024 * 1024) {}

  /** A buffer of at least `length` bytes. */
  take(length: number): Buffer {
    const size = SIZES.find((candidate) => candidate >= length);
    if (size === undefined || length < 4096) return Buffer.allocUnsafe(length);
    const buffer = this.free.get(size)?.pop();
    if (!buffer) return Buffer.allocUnsafeSlow(size);
    this.kept -= size;
    return buffer;
  }

  /** Takes back what {@link take} gave. */
  give(buffer: Buffer): void {
    const list = this.free.get(buffer.length);
    if (!list || this.kept + buffer.length > this.maxBytes) return;
    list.push(buffer);
    this.kept += buffer.length;
  }
}
