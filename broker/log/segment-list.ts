import type { Segment } from './segment';

/** The segments of a log in order of their base offsets. The last one is active; never empty. */
export class SegmentList {
  /** Replaced, never changed: walks under way see the segments of when they began. */
  private list: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    this.list = [...segments].sort((a, b) => a.baseOffset - b.baseOffset);
  }

  get all(): readonly Segment[] {
    return this.list;
  }

  get first(): Segment {
    return this.at(0);
  }

  get active(): Segment {
    return this.at(this.list.length - 1);
  }

  get sizeInBytes(): number {
    let sum = 0;
    for (const segment of this.list) sum += segment.assignedBytes;
    return sum;
  }

  /** The segment that holds an offset, or the first one. */
  floor(offset: number): Segment {
    return this.at(this.floorIndex(offset));
  }

  /** The next one in order. */
  after(segment: Segment): Segment | undefined {
    return this.list[this.floorIndex(segment.baseOffset) + 1];
  }

  /** Those with something between two offsets. */
  between(from: number, to: number): readonly Segment[] {
    const first = this.floorIndex(from);
    return this.list.filter(({ baseOffset }, index) => index >= first && baseOffset < to);
  }

  /** Offset before which a segment's records lie; for the active one the log end. */
  endOf(segment: Segment, logEndOffset: number): number {
    return this.after(segment)?.baseOffset ?? logEndOffset;
  }

  add(segment: Segment): void {
    this.list = [...this.list, segment];
  }

  remove(segments: readonly Segment[]): void {
    const gone = new Set(segments);
    this.list = this.list.filter((segment) => !gone.has(segment));
  }

  /** Puts a segment in the place of those whose offsets it covers. */
  replace(old: readonly Segment[], fresh: Segment): void {
    const gone = new Set(old);
    const left = this.list.filter((segment) => !gone.has(segment));
    this.list = [...left, fresh].sort((a, b) => a.baseOffset - b.baseOffset);
  }

  private floorIndex(offset: number): number {
    let low = 0;
    let high = this.list.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.at(middle).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private at(index: number): Segment {
    const segment = this.list[index];
    if (!segment) throw new RangeError(`A log without a segment ${index}.`);
    return segment;
  }
}
