import type { Clock } from '../../client/runtime/clock';
import { describeError, KafkaClassicError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type TopicPartition } from '../log';
import { IsrChangeRefused, type ControllerState, type IsrChanger } from './isr-changer';
import { committedIsr, refusedIsr, type IsrState, type PendingIsr } from './isr-state';

/** What changes of the ISR are based on. */
export interface IsrBasis {
  readonly topicPartition: TopicPartition;
  readonly topicId: string;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}

export interface IsrNegotiationOptions {
  readonly changer: IsrChanger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As of now. */
  basis(): IsrBasis;
  /** The controller has told the state of the partition; `isr` of the negotiation has it already. */
  onAgreed(state: ControllerState): void;
  /** The last committed ISR is true. */
  onFallenBack(): void;
}

/** After an answer from which nothing can be learnt. */
const RETRY_MS = 50;

/**
 * A leader's talk with the controller about its ISR: at most one change at a time, asked for until
 * the outcome is known. Answers to changes that something newer has overtaken are ignored.
 */
export class IsrNegotiation {
  private current: IsrState;
  /** The pending change whose refusal says that the leader's picture is out of date. */
  private stalled: PendingIsr | undefined;

  constructor(
    isr: readonly number[],
    private readonly options: IsrNegotiationOptions,
  ) {
    this.current = committedIsr(isr);
  }

  get state(): IsrState {
    return this.current;
  }

  /** The controller has spoken, or the leadership is over: whatever was pending is void. */
  settle(isr: readonly number[]): void {
    this.current = committedIsr(isr);
    this.stalled = undefined;
  }

  /** Asks the controller. To be called in a committed state only. */
  propose(change: PendingIsr): void {
    this.current = change;
    this.ask(change);
  }

  /**
   * Asks again where an answer only said that the leader's picture is out of date: should the newer
   * one never come, the ISR must not stay as it is for ever (KAFKA-2729).
   */
  askAgainIfStalled(): void {
    if (this.stalled && this.stalled === this.current) this.ask(this.stalled);
  }

  private ask(change: PendingIsr): void {
    this.stalled = undefined;
    const isWanted = () => this.current === change;
    const { topicPartition, topicId, leaderEpoch, partitionEpoch } = this.options.basis();
    this.options.changer
      .change({
        topicPartition,
        topicId,
        leaderEpoch,
        partitionEpoch,
        newIsr: change.proposed,
        leaderRecoveryState: 'recovered',
        isWanted,
      })
      .then(
        (state) => {
          if (isWanted()) this.agree(change, state);
        },
        (error: unknown) => {
          if (isWanted()) this.refused(change, error);
        },
      );
  }

  private agree(change: PendingIsr, state: ControllerState): void {
    const { topicPartition, leaderEpoch, partitionEpoch } = this.options.basis();
    if (state.leaderEpoch !== leaderEpoch || state.partitionEpoch < partitionEpoch) {
      // A decision of the controller is on its way here, or this answer is old.
      this.stalled = change;
      return;
    }
    this.settle(state.isr);
    const partition = partitionName(topicPartition);
    const { isr } = state;
    this.options.logger.info(
      {
        event: 'isr-changed',
        partition,
        from: change.isr,
        isr,
        leaderEpoch,
        partitionEpoch: state.partitionEpoch,
      },
      `The ISR of ${partition} is ${isr.join(', ')}.`,
    );
    this.options.onAgreed(state);
  }

  private refused(change: PendingIsr, error: unknown): void {
    const { clock, logger } = this.options;
    const { topicPartition, leaderEpoch, partitionEpoch } = this.options.basis();
    const partition = partitionName(topicPartition);
    const consequence = refusedIsr(KafkaClassicError.is(error) ? error.code : '');
    logger.warn(
      {
        event: 'isr-change-refused',
        partition,
        change: change.kind,
        proposed: change.proposed,
        leaderEpoch,
        partitionEpoch,
        consequence,
        error: describeError(error),
      },
      `The controller did not change the ISR of ${partition}.`,
    );
    switch (consequence) {
      case 'fall-back':
        this.settle(change.isr);
        this.options.onFallenBack();
        return;
      case 'wait': {
        this.stalled = change;
        const told = error instanceof IsrChangeRefused ? error.current : undefined;
        if (told && told.partitionEpoch > partitionEpoch) this.agree(change, told);
        return;
      }
      case 'retry':
        clock.setTimeout(() => {
          if (this.current === change) this.ask(change);
        }, RETRY_MS);
    }
  }
}
