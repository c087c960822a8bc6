import type { RequestInput, ResponseOf } from '../../../client/protocol/api';
import { AllocateProducerIds } from '../../../client/protocol/messages/allocate-producer-ids';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { backoffMs } from '../../../client/runtime/backoff';
import type { Clock } from '../../../client/runtime/clock';
import { deferred } from '../../../client/runtime/deferred';
import { describeError } from '../../../client/runtime/error';
import type { Logger } from '../../../client/runtime/logger';
import { producerIdBlock, ProducerIdBlock } from './producer-id-block';

export interface ProducerIdsOptions {
  readonly brokerId: number;
  /** The broker's epoch at the moment of the call; -1 while it is not registered. */
  brokerEpoch(): number;
  /** Asks the controller. May fail; is asked again later. */
  ask(
    api: typeof AllocateProducerIds,
    body: RequestInput<typeof AllocateProducerIds>,
  ): Promise<ResponseOf<typeof AllocateProducerIds>>;
  readonly clock: Pick<Clock, 'monotonic' | 'setTimeout' | 'clearTimeout'>;
  readonly random: () => number;
  readonly logger: Logger;
}

const backoff = { initialMs: 50, maxMs: 1000 };
/** How long a producer is kept waiting for the controller before it is told to come again. */
const PATIENCE_MS = 5_000;

/**
 * Gives every producer an id that no other producer of the cluster gets, out of blocks that the
 * controller gives to this broker. The next block is asked for when nine tenths of one are used, so
 * that producers rarely wait. (Kafka's `RPCProducerIdManager`, which tells those to come again who
 * find no id; `ZkProducerIdManager` had them wait, as it is here.)
 */
export class ProducerIds {
  private current = ProducerIdBlock.empty;
  private following: ProducerIdBlock | undefined;
  private asking = false;
  private failures = 0;
  /** No request to the controller before this monotonic time. */
  private notBefore = 0;
  /** To be called whenever the controller has answered, or failed to. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: ProducerIdsOptions) {}

  /**
   * @throws ProtocolError COORDINATOR_LOAD_IN_PROGRESS when the controller gives none for a while;
   *   the producer asks again
   */
  async next(): Promise<number> {
    const { clock } = this.options;
    const patienceEnds = clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const id = this.take();
      if (id !== undefined) return id;
      const now = clock.monotonic();
      if (now >= patienceEnds) {
        throw new ProtocolError(
          'COORDINATOR_LOAD_IN_PROGRESS',
          'The broker waits for producer ids from the controller.',
        );
      }
      const wakeUp = this.asking ? patienceEnds : Math.min(patienceEnds, this.notBefore);
      await this.answerOrTime(wakeUp - now);
    }
  }

  private take(): number | undefined {
    if (this.current.isUsedUp && this.following) {
      this.current = this.following;
      this.following = undefined;
    }
    const id = this.current.take();
    if (!this.following && this.current.isNearlyUsedUp) this.prefetch();
    return id;
  }

  private async answerOrTime(ms: number): Promise<void> {
    const { clock } = this.options;
    const over = deferred();
    const timer = clock.setTimeout(over.resolve, ms);
    this.waiting.add(over.resolve);
    await over.promise;
    clock.clearTimeout(timer);
    this.waiting.delete(over.resolve);
  }

  private prefetch(): void {
    if (this.asking || this.options.clock.monotonic() < this.notBefore) return;
    this.asking = true;
    void this.ask();
  }

  private async ask(): Promise<void> {
    const { brokerId, brokerEpoch, ask, clock, random, logger } = this.options;
    try {
      const answer = await ask(AllocateProducerIds, { brokerId, brokerEpoch: brokerEpoch() });
      this.following = producerIdBlock(answer);
      this.failures = 0;
    } catch (error) {
      this.notBefore = clock.monotonic() + backoffMs(backoff, this.failures++, random);
      logger.warn(
        { event: 'producer-ids-not-allocated', failures: this.failures },
        `The controller gave no producer ids: ${describeError(error)}. Asking again when needed.`,
      );
    } finally {
      this.asking = false;
      for (const wake of this.waiting) wake();
    }
  }
}
