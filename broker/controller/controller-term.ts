import type { TimerHandle } from '../../client/runtime/clock';
import {
  FencedWriter,
  paths,
  retrying,
  type ControllerEpoch,
  type ControllerOffice,
} from '../../zk-coordination';
import { BrokerOutbox } from './broker-outbox';
import { ControllerContext } from './controller-context';
import type { ControllerEnvironment } from './controller-environment';
import type { TermEvent } from './controller-events';
import { TopicWatch } from './topic-watch';
import { TermOverError } from './term-over-error';

/**
 * All that belongs to one term of office, from the election to the resignation. Handlers hold on to
 * the term they began in; when it is over nothing they still do takes effect: writes are fenced,
 * the outbox is closed, and {@link during} ends them at the next `await`.
 */
export class ControllerTerm {
  readonly context: ControllerContext;
  /** Every write of this term goes through it and fails once another controller is in office. */
  readonly writer: FencedWriter;
  readonly outbox: BrokerOutbox;
  readonly topicWatch: TopicWatch;
  private readonly cleanups: (() => void)[] = [];
  private readonly timers = new Map<TermEvent['type'], TimerHandle>();
  private over = false;

  /** @param post puts an event of this term into the controller's mailbox */
  constructor(
    readonly env: ControllerEnvironment,
    readonly office: ControllerOffice,
    private readonly post: (event: TermEvent, term: ControllerTerm) => void,
  ) {
    this.context = new ControllerContext(office.epoch);
    this.writer = new FencedWriter(env.zk, office.fence);
    this.outbox = new BrokerOutbox({
      controllerId: env.brokerId,
      controllerEpoch: office.epoch,
      openChannel: (brokerId) => env.openChannel(brokerId),
      timeoutMs: () => env.configs.controllerSocketTimeoutMs(),
      clock: env.zk.clock,
      logger: env.logger,
      report: (event) => this.put(event),
    });
    this.topicWatch = new TopicWatch(this);
  }

  get epoch(): ControllerEpoch {
    return this.office.epoch;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Has an event handled in its turn, unless the term is over then. */
  put(event: TermEvent): void {
    if (!this.over) this.post(event, this);
  }

  /** The same in a while. Of each type of event one waits at a time, the one that was put first. */
  putLater(event: TermEvent, ms: number): void {
    const { clock } = this.env.zk;
    if (this.over || this.timers.has(event.type)) return;
    const timer = clock.setTimeout(() => {
      this.timers.delete(event.type);
      this.put(event);
    }, ms);
    this.timers.set(event.type, timer);
  }

  /** @throws TermOverError */
  assertCurrent(): void {
    if (this.over) throw new TermOverError();
  }

  /**
   * Waits, and makes sure that the term has outlasted it: every `await` of a handler goes through
   * here.
   *
   * @throws TermOverError, and what the work throws
   */
  async during<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    this.assertCurrent();
    return result;
  }

  /**
   * Makes sure that what is read next is what was written last by anybody: the server that answers
   * may lag behind the others (R12).
   */
  async sync(): Promise<void> {
    const { zk } = this.env;
    await this.during(retrying(zk, () => zk.sync(paths.topics)));
  }

  /** Has something undone when the term ends; at once when it is over already. */
  onEnd(cleanup: () => void): void {
    if (this.over) cleanup();
    else this.cleanups.push(cleanup);
  }

  /** Ends the term at once: nothing is sent, watched or written in its name from now on. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.outbox.close();
    for (const timer of this.timers.values()) this.env.zk.clock.clearTimeout(timer);
    for (const cleanup of this.cleanups.splice(0)) cleanup();
  }
}
