import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import { Mailbox } from '../../client/runtime/mailbox';
import { ControllerFencedError, isRepeatable } from '../../zk-coordination';
import { Candidacy } from './candidacy';
import type { ControllerEnvironment } from './controller-environment';
import type { CandidateEvent, TermEvent } from './controller-events';
import { figuresOf, type ControllerFigures } from './controller-figures';
import { ControllerTerm } from './controller-term';
import { takeOffice } from './take-office';
import { handleTermEvent } from './term-events';

export interface ControllerOptions extends ControllerEnvironment {
  /**
   * Whether this broker is registered in the present session. A controller that does not see itself
   * among the live brokers would take its own partitions for leaderless.
   */
  isRegistered(): boolean;
  /** Told who the controller is, -1 for nobody, whenever that changes. */
  onController(brokerId: number): void;
}

/** An event and, if it is for the controller in office, the term it was meant for. */
type Letter = { readonly putAt: number } & (
  | { readonly term?: undefined; readonly event: CandidateEvent }
  | { readonly term: ControllerTerm; readonly event: TermEvent }
);

/**
 * The one broker that decides who leads what. Elected through ZooKeeper; every write it makes is
 * fenced by its epoch (ARCHITECTURE.md, Kafka's KafkaController).
 *
 * An actor: ZooKeeper's watches, the session's borders, requests and the answers of brokers only
 * put events into its mailbox. What fails while an event is handled costs the office: a controller
 * whose memory may differ from ZooKeeper would be wrong for as long as it lives.
 */
export class Controller {
  private readonly mailbox: Mailbox<Letter>;
  private readonly candidacy: Candidacy;
  private readonly cleanups: (() => void)[] = [];
  private term: ControllerTerm | undefined;
  private waitedMs = 0;

  constructor(private readonly options: ControllerOptions) {
    this.candidacy = new Candidacy(options, () => this.post({ type: 'elect' }));
    this.mailbox = new Mailbox(
      (letter) => this.open(letter),
      (error, { event }) => this.logFailure(error, event),
    );
  }

  /** Whether this broker is the controller, as far as it knows. */
  get isActive(): boolean {
    return this.inOffice() !== undefined;
  }

  /** For metrics. */
  get figures(): ControllerFigures {
    return {
      ...figuresOf(this.inOffice()),
      eventQueueSize: this.mailbox.size,
      eventQueueTimeMs: this.waitedMs,
    };
  }

  /** Runs for controller now and whenever there is none. Resolves when the first election is over. */
  async start(): Promise<void> {
    const { brokerId, zk, onController } = this.options;
    const observer = this.candidacy.observe((controllerId) => {
      onController(controllerId);
      // The session lives, but somebody has taken the office away: an operator, or a successor.
      if (controllerId !== brokerId) this.inOffice()?.put({ type: 'superseded' });
      if (controllerId < 0) this.post({ type: 'elect' });
    });
    this.cleanups.push(
      zk.beforeNewSession(() => this.onSessionOver()),
      zk.afterNewSession(() => this.post({ type: 'elect' })),
      () => observer.close(),
    );
    await observer.first;
    await this.mailbox.idle();
  }

  /** Gives up the office and stops listening. */
  async close(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0)) cleanup();
    this.clear({ type: 'resign' });
    await this.mailbox.idle();
    this.candidacy.cancel();
  }

  /**
   * Answers a request of a broker or a client, in its turn.
   *
   * @param body as an API's handler gets it: nothing is left to defaults

   * @throws ProtocolError NOT_CONTROLLER, also when the office is lost before the answer
   */
  async handle<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const term = this.inOffice();
    if (!term || !this.options.zk.lease.isHeld()) throw new ProtocolError('NOT_CONTROLLER');
    const reply = deferred<unknown>();
    term.put({ type: 'request', api, body, reply });
    return (await reply.promise) as ResponseOf<A>;
  }

  /**
   * `unclean.leader.election.enable` may be on now.
   *
   * @param topic null when it was changed for all topics
   */
  uncleanElectionChanged(topic: string | null): void {
    this.inOffice()?.put({ type: 'unclean-election-enabled', topic });
  }

  private inOffice(): ControllerTerm | undefined {
    return this.term?.isOver ? undefined : this.term;
  }

  private post(event: CandidateEvent): void {
    this.mailbox.put({ event, putAt: this.now() });
  }

  /** Puts an event first and drops what waits. */
  private clear(event: CandidateEvent): void {
    for (const dropped of this.mailbox.clearAndPut({ event, putAt: this.now() })) refuse(dropped);
  }

  /** Nothing that was begun in a session may go on in the next (R3). */
  private async onSessionOver(): Promise<void> {
    this.candidacy.cancel();
    this.endTerm();
    this.clear({ type: 'expire' });
    await this.mailbox.idle();
  }

  private async open(letter: Letter): Promise<void> {
    this.waitedMs = this.now() - letter.putAt;
    const { event, term } = letter;
    if (!term) {
      if (event.type === 'elect') await this.elect();
      else if (event.type === 'resign') await this.resign();
      return;
    }
    if (term !== this.inOffice()) return refuse(letter);
    try {
      if (event.type === 'superseded') await this.resign();
      else await handleTermEvent(term, event);
    } catch (error) {
      await this.onTermFailure(error, event, term);
    }
  }

  private async elect(): Promise<void> {
    if (this.inOffice()) return;
    const { brokerId, logger, isRegistered, zk } = this.options;
    const { generation } = zk;
    try {
      const office = await this.candidacy.elect(isRegistered());
      // The office goes with the session it was won in.
      if (!office || generation !== zk.generation || zk.state === 'expired') return;
      logger.info(
        { event: 'controller-elected', broker: brokerId, controllerEpoch: office.epoch },
        `Broker ${brokerId} is the controller of epoch ${office.epoch}.`,
      );
      this.term = new ControllerTerm(this.options, office, (event, term) =>
        this.mailbox.put({ event, term, putAt: this.now() }),
      );
      await takeOffice(this.term);
    } catch (error) {
      // Half in office is worse than out of it.
      this.logFailure(error, { type: 'elect' });
      await this.resign();
      this.candidacy.runLater();
    }
  }

  private async onTermFailure(
    error: unknown,
    event: TermEvent,
    term: ControllerTerm,
  ): Promise<void> {
    const isRefusal = event.type === 'request' && error instanceof ProtocolError && !term.isOver;
    if (event.type === 'request') {
      event.reply.reject(isRefusal ? error : new ProtocolError('NOT_CONTROLLER', null, error));
    }
    if (isRefusal) return;
    this.logFailure(error, event);
    if (!term.isOver) await this.resign();
  }

  private async resign(): Promise<void> {
    const office = this.inOffice()?.office;
    this.endTerm();
    if (office) await this.candidacy.resign(office);
  }

  private endTerm(): void {
    const term = this.inOffice();
    if (!term) return;
    term.end();
    this.options.logger.info(
      {
        event: 'controller-resigned',
        broker: this.options.brokerId,
        controllerEpoch: term.epoch,
      },
      `Broker ${this.options.brokerId} is no longer the controller.`,
    );
  }

  private logFailure(error: unknown, { type }: { readonly type: string }): void {
    const { logger } = this.options;
    const facts = { controllerEvent: type, error: describeError(error) };
    if (error instanceof ControllerFencedError) {
      logger.warn({ event: 'controller-fenced', ...facts }, 'Another controller is in office.');
    } else if (this.term?.isOver) {
      logger.debug({ event: 'controller-event-cut', ...facts }, 'The term ended on the way.');
    } else if (isRepeatable(error)) {
      // Nothing is wrong here: without a quorum no event can be handled, whoever is in office.
      logger.warn(
        { event: 'controller-without-zookeeper', ...facts },
        'ZooKeeper did not answer for too long; resigning.',
      );
    } else {
      logger.error({ event: 'controller-event-failed', ...facts }, 'A controller event failed.');
    }
  }

  private now(): number {
    return this.options.zk.clock.monotonic();
  }
}

/** Whoever waits for an answer that does not come any more is told at once. */
function refuse({ event }: Letter): void {
  if (event.type === 'request') event.reply.reject(new ProtocolError('NOT_CONTROLLER'));
}
