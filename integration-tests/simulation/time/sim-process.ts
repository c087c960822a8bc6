import type { Clock } from '../../../client/runtime/clock';
import type { SimEvent } from './event-heap';
import type { World } from './world';

/** Node's timers are not shorter. */
const SHORTEST_TIMEOUT_MS = 1;

interface ProcessTimer {
  event: SimEvent | undefined;
  cancelled: boolean;
}

/**
 * One life of a process: whatever comes to it from outside (timers, bytes, replies of the disk and
 * of ZooKeeper) comes through {@link deliver}, so that it can be stopped and killed at any moment.
 */
export class SimProcess {
  private state: 'running' | 'paused' | 'dead' = 'running';
  private waiting: (() => void)[] = [];
  private readonly endings: (() => void)[] = [];
  /** Added to the wall clock; the monotonic one never jumps. */
  wallClockOffsetMs = 0;

  readonly clock: Clock = {
    now: () => this.world.clock.now() + this.wallClockOffsetMs,
    monotonic: () => this.world.now,
    setTimeout: (callback, ms) => this.setTimer(callback, ms),
    clearTimeout: (handle) => {
      const timer = handle as ProcessTimer | undefined;
      if (!timer) return;
      timer.cancelled = true;
      this.world.cancel(timer.event);
    },
  };

  constructor(
    private readonly world: World,
    /** For the trace. */
    readonly name: string,
  ) {}

  get dead(): boolean {
    return this.state === 'dead';
  }

  get paused(): boolean {
    return this.state === 'paused';
  }

  /** Runs it now, when the process goes on, or never. */
  deliver(callback: () => void): void {
    if (this.state === 'running') callback();
    else if (this.state === 'paused') this.waiting.push(callback);
  }

  /** As SIGSTOP does. */
  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  /** What has come meanwhile is delivered in its order, each in a turn of its own. */
  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    const { waiting } = this;
    this.waiting = [];
    for (const callback of waiting) this.world.immediate(() => this.deliver(callback));
  }

  /** As SIGKILL does: nothing reaches it any more, nothing it wanted later happens. */
  kill(): void {
    if (this.state === 'dead') return;
    this.state = 'dead';
    this.waiting = [];
    for (const end of this.endings.splice(0)) end();
  }

  /** What the operating system does when the process is gone. */
  onEnd(callback: () => void): void {
    this.endings.push(callback);
  }

  private setTimer(callback: () => void, ms: number): ProcessTimer {
    const timer: ProcessTimer = { event: undefined, cancelled: false };
    const fire = () => {
      if (!timer.cancelled) callback();
    };
    if (this.dead) return timer;
    timer.event = this.world.after(Math.max(SHORTEST_TIMEOUT_MS, ms), () => this.deliver(fire));
    return timer;
  }
}
