import { FrameSplitter, type FrameProblem } from '../../client/protocol/frame-splitter';
import type { ConnectionContext } from './connection-context';
import type { Liveness } from './liveness';
import type { BudgetWaiter, Want } from './request-budget';

/** Why no request is taken at the moment; several may hold at once. */
const Block = { NOT_STARTED: 1, IN_FLIGHT: 2, WRITE_QUEUE: 4, BUDGET: 8 } as const;

/**
 * Up to this size the only request of a connection is taken even when the budget is used up: it may
 * be what the others wait for, as a follower's fetch is for produce requests with acks=all. So that
 * it can be told from others, each connection may hold as much of what arrives uncounted.
 */
const SMALL_REQUEST_BYTES = 64 * 1024;

/** The part of a socket that requests come in by. */
export interface IntakeSocket {
  pause(): unknown;
  resume(): unknown;
}

/** Where the frames go. */
export interface IntakeConsumer {
  take(frame: Buffer, receivedAt: number): void;
  onFrameProblem(problem: FrameProblem): void;
}

/** What the intake knows of the responses. */
export interface IntakeOutlet {
  /** Requests not answered yet. */
  readonly inFlight: number;
  /** The turn is over: what is ready may go out. */
  flush(): void;
}

/**
 * The way in: cuts what comes into frames and hands them on.
 *
 * It reads only as fast as its answers are read and as the broker's budget allows. Frames that
 * arrived in one chunk with those that filled the bounds are kept until there is room. What has
 * arrived and is not handed on counts in the budget.
 */
export class RequestIntake implements BudgetWaiter {
  private readonly splitter: FrameSplitter;
  private readonly keptFrames: Buffer[] = [];
  private keptBytes = 0;
  /** Bytes that the budget knows of as arriving. */
  private counted = 0;
  private receivedAt = 0;
  private blocked: number = Block.NOT_STARTED;
  private reading = false;
  private handingOn = false;
  private stopped = false;

  constructor(
    private readonly socket: IntakeSocket,
    private readonly context: Pick<ConnectionContext, 'options' | 'clock' | 'budget' | 'frames'>,
    private readonly liveness: Liveness,
    private readonly consumer: IntakeConsumer,
    private readonly outlet: IntakeOutlet,
  ) {
    this.splitter = new FrameSplitter(
      context.options.maxRequestBytes,
      (frame) => this.onFrame(frame),
      (problem) => consumer.onFrameProblem(problem),
      (bytes) => context.frames.take(bytes),
    );
    socket.pause();
    liveness.paused(context.clock.monotonic());
  }

  /** Whether frames are being handed on, after which the outlet is flushed. */
  get inTurn(): boolean {
    return this.handingOn;
  }

  get started(): boolean {
    return (this.blocked & Block.NOT_STARTED) === 0;
  }

  /** Begins to read. */
  start(): void {
    this.unblock(Block.NOT_STARTED);
  }

  /** Takes no more requests and lets go of those not handed on. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.splitter.abandon();
    this.liveness.frameEnded();
    this.keptFrames.length = 0;
    this.keptBytes = 0;
    const { budget } = this.context;
    budget.stopWaiting(this);
    budget.finished(this);
    this.count();
  }

  /**
   * Bytes have come.
   *
   * @param lasting whether they stay as they are, so that requests may be views of them
   */
  receive(chunk: Buffer, lasting = true): void {
    if (this.stopped) return;
    this.receivedAt = this.context.clock.monotonic();
    this.handingOn = true;
    this.splitter.push(chunk, lasting);
    this.handingOn = false;
    this.liveness.received(this.receivedAt, this.splitter.pendingBytes);
    this.proceed();
  }

  /** Requests have been answered. */
  onAnswered(): void {
    if (this.blocked === 0) return;
    const { inFlight } = this.outlet;
    if (inFlight < this.context.options.maxInFlightRequests) this.unblock(Block.IN_FLIGHT);
    if (inFlight === 0 && (this.blocked & Block.BUDGET) !== 0) {
      this.context.budget.stopWaiting(this);
      this.unblock(Block.BUDGET);
    }
  }

  /** The peer does not take its responses. */
  onWriteQueueFull(): void {
    this.blocked |= Block.WRITE_QUEUE;
    if (!this.handingOn) this.proceed();
  }

  /** The peer has taken its responses. */
  onDrain(): void {
    this.unblock(Block.WRITE_QUEUE);
  }

  // In a turn of its own: many connections may wait for the same room.
  onTurn(): void {
    setImmediate(() => {
      this.unblock(Block.BUDGET);
      if (!this.reading) this.context.budget.finished(this);
    });
  }

  private onFrame(frame: Buffer): void {
    this.liveness.frameEnded();
    if (this.stopped) return;
    if (this.keptFrames.length === 0 && this.mayTake(frame.length)) {
      this.handOn(frame);
    } else {
      this.keptFrames.push(frame);
      this.keptBytes += frame.length;
    }
    this.context.budget.finished(this);
  }

  private handOn(frame: Buffer): void {
    this.context.budget.take(frame.length);
    this.consumer.take(frame, this.receivedAt);
    if (this.outlet.inFlight >= this.context.options.maxInFlightRequests) {
      this.blocked |= Block.IN_FLIGHT;
    }
  }

  private handOnKept(): void {
    this.handingOn = true;
    let taken = 0;
    while (taken < this.keptFrames.length && this.mayTake(this.keptFrames[taken].length)) {
      const frame = this.keptFrames[taken++];
      this.keptBytes -= frame.length;
      this.handOn(frame);
    }
    this.keptFrames.splice(0, taken);
    this.handingOn = false;
  }

  /** Whether there is room for a request of this size; arranges to be told when not. */
  private mayTake(bytes: number): boolean {
    if (this.blocked === 0 && this.context.budget.spent && !this.isSmallAndAlone(bytes)) {
      this.waitFor('take');
    }
    return this.blocked === 0;
  }

  /** Whether there is room to read on; arranges to be told when not. */
  private mayRead(): boolean {
    const { budget } = this.context;
    if (this.blocked === 0 && budget.exhausted) {
      const { midFrame, announcedBytes } = this.splitter;
      const excepted = this.isSmallAndAlone(announcedBytes) || (midFrame && budget.mayFinish(this));
      if (!excepted) this.waitFor(midFrame ? 'finish' : 'begin');
    }
    return this.blocked === 0;
  }

  private isSmallAndAlone(bytes: number): boolean {
    return bytes <= SMALL_REQUEST_BYTES && this.outlet.inFlight === 0;
  }

  private waitFor(want: Want): void {
    this.blocked |= Block.BUDGET;
    this.context.budget.wait(this, want);
  }

  private unblock(reason: number): void {
    if ((this.blocked & reason) === 0) return;
    this.blocked &= ~reason;
    if (!this.handingOn) this.proceed();
  }

  /** Ends a turn: hands on what was kept, as far as there is room, and reads on or pauses. */
  private proceed(): void {
    if (this.keptFrames.length > 0) this.handOnKept();
    this.outlet.flush();
    if (this.stopped) return;
    this.count();
    const reading = this.keptFrames.length === 0 && this.mayRead();
    if (reading !== this.reading) this.setReading(reading);
  }

  private setReading(reading: boolean): void {
    const { clock, budget } = this.context;
    this.reading = reading;
    if (reading) {
      this.liveness.resumed(clock.monotonic());
      this.socket.resume();
    } else {
      this.liveness.paused(clock.monotonic());
      this.socket.pause();
      budget.finished(this);
    }
  }

  /** Lets the budget know of what is here and not handed on. */
  private count(): void {
    const here = this.splitter.pendingBytes + this.keptBytes;
    const bytes = Math.max(0, here - SMALL_REQUEST_BYTES);
    if (bytes === this.counted) return;
    const more = bytes - this.counted;
    this.counted = bytes;
    this.context.budget.arrive(more);
  }
}
