/**
 * Work that nobody waits for, a few at a time: a thousand small saves at once would keep the threads
 * that do the I/O from what somebody does wait for. In the order of coming.
 */
export class BackgroundLane {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;

  /** @param limit how much of it may be under way */
  constructor(private readonly limit: number) {}

  /** @param work must not reject; begins at once where there is room */
  add(work: () => Promise<void>): void {
    if (this.running >= this.limit) this.waiting.push(work);
    else void this.run(work);
  }

  private async run(first: () => Promise<void>): Promise<void> {
    this.running++;
    for (let work: typeof first | undefined = first; work; work = this.waiting.shift()) {
      await work();
    }
    this.running--;
  }
}
