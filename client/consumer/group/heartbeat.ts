import { backoffMs } from '../../runtime/backoff';
import type { TimerHandle } from '../../runtime/clock';
import type { ResolvedClientOptions } from '../../network';

export interface HeartbeatEvents {
  /**
   * Sends one.
   *
   * @returns whether it is to be repeated soon, because nobody has answered
   */
  beat(): Promise<boolean>;
}

/** The timer of a member's heartbeats: it goes on whatever the application does. */
export class Heartbeat {
  private timer: TimerHandle | undefined;
  private round = 0;

  constructor(
    private readonly client: Pick<ResolvedClientOptions, 'clock' | 'random' | 'retry'>,
    private readonly intervalMs: number,
    private readonly events: HeartbeatEvents,
  ) {}

  /** The next one is due after a whole interval. */
  start(): void {
    const round = ++this.round;
    this.arm(this.intervalMs, round, 0);
  }

  stop(): void {
    this.round++;
    this.client.clock.clearTimeout(this.timer);
  }

  private arm(ms: number, round: number, failures: number): void {
    const { clock } = this.client;
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(() => void this.beat(round, failures), ms);
  }

  private async beat(round: number, failures: number): Promise<void> {
    const { clock, random, retry } = this.client;
    const begin = clock.monotonic();
    const isToBeRepeated = await this.events.beat();
    if (round !== this.round) return;
    if (isToBeRepeated) {
      const backoff = { initialMs: retry.initialRetryTime, maxMs: retry.maxRetryTime };
      const wait = Math.min(this.intervalMs, backoffMs(backoff, failures, random));
      this.arm(wait, round, failures + 1);
    } else {
      this.arm(Math.max(0, begin + this.intervalMs - clock.monotonic()), round, 0);
    }
  }
}
