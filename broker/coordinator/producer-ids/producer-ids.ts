import type { RequestInput, ResponseOf } from '../../../client/protocol/api';
import { AllocateProducerIds } from '../../../client/protocol/messages/allocate-producer-ids';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { backoffMs } from '../../../client/runtime/backoff';
import type { Clock } from '../../../client/runtime/clock';
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
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: () => number;
  readonly logger: Logger;
}

const backoff = { initialMs: 50, maxMs: 1000 };

/**
 * Gives every producer an id that no other producer of the cluster gets, out of blocks that the
 * controller gives to this broker. The next block is asked for when nine tenths of one are used, so
 * that producers rarely wait. (Kafka's `RPCProducerIdManager`.)
 */
export class ProducerIds {
  private current = ProducerIdBlock.empty;
  private following: ProducerIdBlock | undefined;
  private asking = false;
  private failures = 0;
  /** No request to the controller before this monotonic time. */
  private notBefore = 0;

  constructor(private readonly options: ProducerIdsOptions) {}

  /**
   * @throws ProtocolError COORDINATOR_LOAD_IN_PROGRESS while the controller has not answered; the
   *   producer asks again
   */
  next(): number {
    if (this.current.isUsedUp && this.following) {
      this.current = this.following;
      this.following = undefined;
    }
    const id = this.current.take();
    if (!this.following && this.current.isNearlyUsedUp) this.prefetch();
    if (id !== undefined) return id;
    throw new ProtocolError(
      'COORDINATOR_LOAD_IN_PROGRESS',
      'The broker waits for producer ids from the controller.',
    );
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
    }
  }
}
