/** So many bytes of its newest data a log may take to be in the page cache. */
const WARM_BYTES = 64 * 1024 * 1024;
/** Distance of the marks by which age is measured. */
const MARK_BYTES = 4 * 1024 * 1024;

/**
 * Which part of a log this process wrote a short while ago, so that reading it cannot wait for the
 * disk.
 */
export class WarmRange {
  private readonly marks: { offset: number; at: number }[] = [];
  private total = 0;

  /** Bytes were written that start at an offset. */
  wrote(offset: number, bytes: number): void {
    const last = this.marks.at(-1);
    if (!last || this.total - last.at >= MARK_BYTES) this.marks.push({ offset, at: this.total });
    this.total += bytes;
    while (this.marks[0] && this.total - this.marks[0].at > WARM_BYTES) this.marks.shift();
  }

  has(offset: number): boolean {
    const first = this.marks[0];
    return first !== undefined && offset >= first.offset;
  }

  clear(): void {
    this.marks.length = 0;
  }
}
