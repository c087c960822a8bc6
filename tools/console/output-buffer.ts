/** Text and bytes on their way to an output, gathered so that there is one write for many. */
export class OutputBuffer {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  get size(): number {
    return this.length;
  }

  add(piece: string | Buffer): void {
    if (typeof piece === 'string') {
      // No character takes more than three bytes per UTF-16 unit.
      this.reserve(piece.length * 3);
      this.length += this.buffer.write(piece, this.length);
    } else {
      this.reserve(piece.length);
      this.length += piece.copy(this.buffer, this.length);
    }
  }

  /** Forgets what was added after the size was this. */
  cutTo(size: number): void {
    this.length = size;
  }

  /** What was added since the last time. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(0, this.length));
    this.length = 0;
    return bytes;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
