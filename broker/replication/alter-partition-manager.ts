import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { ErrorCode, errorFacts } from '../../client/protocol/error-codes';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { backoffMs } from '../../client/runtime/backoff';
import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { partitionName } from '../log';
import {
  IsrChangeRefused,
  type ControllerState,
  type IsrChange,
  type IsrChanger,
} from './isr-changer';

export interface AlterPartitionManagerOptions {
  readonly brokerId: number;
  /** Own broker epoch, -1 while not registered. */
  brokerEpoch(): number;
  /** Asks the controller, wherever it is. */
  ask<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>>;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

interface Wish {
  readonly change: IsrChange;
  readonly outcome: Deferred<ControllerState>;
}

type PartitionAnswer = ResponseOf<typeof AlterPartition>['topics'][number]['partitions'][number];

const RECOVERING = 1;
const BACKOFF = { initialMs: 50, maxMs: 1000 };

/**
 * Carries the wishes of all leaders here to the controller, many in one AlterPartition request, one
 * request at a time (Kafka's AlterPartitionManager). What fails as a whole, for want of a controller
 * or of a connection, is asked again until there is an answer or nobody wants it any more.
 */
export class AlterPartitionManager implements IsrChanger {
  /** By partition: a leader has one wish at a time. */
  private readonly wishes = new Map<string, Wish>();
  private inFlight = false;
  private attempt = 0;
  private timer: TimerHandle;
  private closed = false;

  constructor(private readonly options: AlterPartitionManagerOptions) {}

  change(change: IsrChange): Promise<ControllerState> {
    const name = partitionName(change.topicPartition);
    const wish: Wish = { change, outcome: deferred() };
    // In the place of one that the leader has given up; nobody waits for that any more.
    this.wishes.set(name, wish);
    if (!this.inFlight && this.timer === undefined) this.schedule(0);
    return wish.outcome.promise;
  }

  /** Asks no more; nobody gets an answer. */
  close(): void {
    this.closed = true;
    this.options.clock.clearTimeout(this.timer);
    this.wishes.clear();
  }

  /** At the end of this turn at the earliest: wishes of many partitions come together. */
  private schedule(ms: number): void {
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      void this.send();
    }, ms);
  }

  private async send(): Promise<void> {
    for (const [name, { change }] of this.wishes) if (!change.isWanted()) this.wishes.delete(name);
    if (this.closed || this.wishes.size === 0) return;
    const sent = [...this.wishes.values()];
    this.inFlight = true;
    let failure: unknown;
    try {
      const response = await this.options.ask(AlterPartition, this.requestFor(sent));
      if (response.errorCode === ErrorCode.NONE) this.answer(sent, response);
      else failure = new ProtocolError(errorFacts(response.errorCode).name);
    } catch (error) {
      failure = error;
    }
    this.inFlight = false;
    if (this.closed) return;
    if (failure === undefined) {
      this.attempt = 0;
      if (this.wishes.size > 0) this.schedule(0);
      return;
    }
    this.options.logger.warn(
      { event: 'alter-partition-failed', partitions: sent.length, error: describeError(failure) },
      'The controller could not be asked for other ISRs; it is asked again.',
    );
    this.schedule(backoffMs(BACKOFF, this.attempt++, this.options.random));
  }

  private requestFor(wishes: readonly Wish[]): RequestInput<typeof AlterPartition> {
    const byTopic = new Map<string, IsrChange[]>();
    for (const { change } of wishes) {
      const changes = byTopic.get(change.topicId);
      if (changes) changes.push(change);
      else byTopic.set(change.topicId, [change]);
    }
    const { brokerId } = this.options;
    return {
      brokerId,
      brokerEpoch: this.options.brokerEpoch(),
      topics: [...byTopic].map(([topicId, changes]) => ({
        topicId,
        partitions: changes.map((change) => ({
          partitionIndex: change.topicPartition.partition,
          leaderEpoch: change.leaderEpoch,
          newIsrWithEpochs: [...change.newIsr],
          leaderRecoveryState: change.leaderRecoveryState === 'recovering' ? RECOVERING : 0,
          partitionEpoch: change.partitionEpoch,
        })),
      })),
    };
  }

  /** What the response does not mention stays, and is asked again. */
  private answer(sent: readonly Wish[], { topics }: ResponseOf<typeof AlterPartition>): void {
    const answers = new Map<string, PartitionAnswer>();
    for (const { topicId, partitions } of topics) {
      for (const answer of partitions) answers.set(`${topicId}/${answer.partitionIndex}`, answer);
    }
    for (const wish of sent) {
      const { topicId, topicPartition } = wish.change;
      const answer = answers.get(`${topicId}/${topicPartition.partition}`);
      const name = partitionName(topicPartition);
      if (!answer || this.wishes.get(name) !== wish) continue;
      this.wishes.delete(name);
      if (answer.errorCode === ErrorCode.NONE) wish.outcome.resolve(stateIn(answer));
      else wish.outcome.reject(refusalIn(answer));
    }
  }
}

function stateIn(answer: PartitionAnswer): ControllerState {
  return {
    leader: answer.leaderId,
    leaderEpoch: answer.leaderEpoch,
    isr: answer.isr,
    partitionEpoch: answer.partitionEpoch,
    leaderRecoveryState: answer.leaderRecoveryState === RECOVERING ? 'recovering' : 'recovered',
  };
}

/** The controller may tell the state it goes by with its refusal: an ISR is never empty. */
function refusalIn(answer: PartitionAnswer): IsrChangeRefused {
  const current = answer.isr.length > 0 ? stateIn(answer) : undefined;
  return new IsrChangeRefused(errorFacts(answer.errorCode).name, current);
}
