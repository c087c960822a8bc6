/** Shorter pauses than this are saved up: a timer cannot keep them. In milliseconds. */
const LEAST_PAUSE_MS = 2;

/** Keeps the average rate at or below a target. */
export class ThroughputThrottle {
  /**
   * @param perSecond records per second; negative for no limit
   * @param start time of the first record, in milliseconds
   */
  constructor(
    private readonly perSecond: number,
    private readonly start: number,
  ) {}

  /** How long to wait, in milliseconds, before more than `sent` records are sent; usually 0. */
  pauseAfter(sent: number, now: number): number {
    if (this.perSecond < 0) return 0;
    const early = (sent / this.perSecond) * 1000 - (now - this.start);
    return early >= LEAST_PAUSE_MS ? early : 0;
  }
}
