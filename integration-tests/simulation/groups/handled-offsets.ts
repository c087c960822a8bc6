/** Which offsets of a partition have been handled, by whomever. */
export class HandledOffsets {
  private readonly beyond = new Set<number>();
  private next = 0;

  /** Everything below has been handled. */
  get prefix(): number {
    return this.next;
  }

  add(offset: number): void {
    if (offset < this.next) return;
    this.beyond.add(offset);
    while (this.beyond.delete(this.next)) this.next++;
  }

  has(offset: number): boolean {
    return offset < this.next || this.beyond.has(offset);
  }
}
