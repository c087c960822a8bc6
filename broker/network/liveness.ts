export interface LivenessOptions {
  /** `connections.max.idle.ms`; negative: never. */
  readonly maxIdleMs: number;
  /** `socket.frame.timeout.ms`. */
  readonly frameTimeoutMs: number;
}

/** Why a connection has to go. */
export type Overdue = 'idle' | 'half-sent-request' | 'not-closed-by-peer';

/** What a large frame has to bring in each `socket.frame.timeout.ms`. */
const STEADY_BYTES = 1024 * 1024;

/**
 * Notes the signs of life of one connection and says when it has been without for too long.
 *
 * A frame, from the first byte of its length on, has `socket.frame.timeout.ms` to arrive; each MiB
 * of it that has arrived begins that time anew, smaller steps do not. A frame of n bytes is thus
 * there or given up within (1 + n / 1 MiB) times the timeout of its first byte: with the default of
 * 30 s the slowest sender of large frames that is borne makes 35 kB/s. The time in which the broker
 * itself did not read is not counted.
 */
export class Liveness {
  private activeAt: number;
  /** When the frame began or last reached a full MiB; undefined between frames. */
  private frameSince: number | undefined;
  private frameMebibytes = 0;
  private pausedAt: number | undefined;
  private finishingSince: number | undefined;

  constructor(
    private readonly options: LivenessOptions,
    now: number,
  ) {
    this.activeAt = now;
  }

  /** Monotonic time of the last bytes that went in or out. */
  get lastActive(): number {
    return this.activeAt;
  }

  /** Bytes went to the peer. */
  wrote(now: number): void {
    this.activeAt = now;
    if (this.finishingSince !== undefined) this.finishingSince = now;
  }

  /**
   * Bytes came from the peer.
   *
   * @param pendingBytes how much is there of the frame they end within; 0: none
   */
  received(now: number, pendingBytes: number): void {
    this.activeAt = now;
    if (pendingBytes === 0) {
      this.frameEnded();
      return;
    }
    const mebibytes = Math.floor(pendingBytes / STEADY_BYTES);
    if (this.frameSince === undefined || mebibytes > this.frameMebibytes) {
      this.frameSince = now;
      this.frameMebibytes = mebibytes;
    }
  }

  /** Whatever comes now belongs to another frame. */
  frameEnded(): void {
    this.frameSince = undefined;
    this.frameMebibytes = 0;
  }

  /** The broker reads no more for now, which is not the peer's doing. */
  paused(now: number): void {
    this.pausedAt ??= now;
  }

  /** Reading goes on. */
  resumed(now: number): void {
    if (this.pausedAt === undefined) return;
    if (this.frameSince !== undefined) this.frameSince += now - this.pausedAt;
    this.pausedAt = undefined;
  }

  /** Everything is said; only the peer's end is awaited. */
  finishing(now: number): void {
    this.finishingSince ??= now;
  }

  /** @param inFlight requests in the works, for which the peer may well wait in silence */
  overdue(now: number, inFlight: number): Overdue | undefined {
    const { maxIdleMs, frameTimeoutMs } = this.options;
    const past = (since: number | undefined, ms: number) =>
      since !== undefined && now - since >= ms;
    if (this.finishingSince !== undefined) {
      const done = inFlight === 0 && past(this.finishingSince, frameTimeoutMs);
      return done ? 'not-closed-by-peer' : undefined;
    }
    const reading = this.pausedAt === undefined;
    if (reading && past(this.frameSince, frameTimeoutMs)) return 'half-sent-request';
    return inFlight === 0 && maxIdleMs >= 0 && past(this.activeAt, maxIdleMs) ? 'idle' : undefined;
  }
}
