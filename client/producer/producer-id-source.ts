import { ClientClosedError, type Cluster } from '../network';
import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import { backoffMs, type BackoffOptions } from '../runtime/backoff';
import { delay } from '../runtime/clock';
import { describeError, KafkaClassicError } from '../runtime/error';
import type { ProducerIdentity } from './producer-identity';

/** Told what comes of asking for a producer id. */
export interface ProducerIdEvents {
  /** There is one now, or it is time to ask again. */
  onDone(): void;
  /**
   * There is none.
   *
   * @param final whether asking again is of no use
   */
  onFailure(error: Error, final: boolean): void;
}

/** Milliseconds for transactions, which there are none of; Kafka's clients send this. */
const NO_TRANSACTIONS = 0x7fff_ffff;

/** Gets the id of an idempotent producer from any broker, once there is something to send. */
export class ProducerIdSource {
  private identity: ProducerIdentity | undefined;
  private asking = false;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly requestTimeoutMs: number,
    private readonly backoff: BackoffOptions,
    private readonly events: ProducerIdEvents,
  ) {}

  get current(): ProducerIdentity | undefined {
    return this.identity;
  }

  /** Asks for an id, again and again with growing pauses; does nothing while it is at it. */
  request(): void {
    if (this.asking || this.stopped) return;
    this.asking = true;
    void this.ask();
  }

  /** An id cannot be used any more; the next request gets another. */
  discard({ producerId }: ProducerIdentity): void {
    if (this.identity?.producerId === producerId) this.identity = undefined;
  }

  stop(): void {
    this.stopped = true;
  }

  private async ask(): Promise<void> {
    const { clock, random, logger } = this.cluster.options;
    try {
      if (this.failures > 0) await delay(backoffMs(this.backoff, this.failures - 1, random), clock);
      if (this.stopped) return;
      this.identity = await this.init();
      this.failures = 0;
      logger.debug(
        { event: 'producer-id-assigned', producerId: this.identity.producerId },
        `The producer has the id ${this.identity.producerId}.`,
      );
    } catch (thrown) {
      if (this.stopped || thrown instanceof ClientClosedError) return;
      const error = thrown instanceof Error ? thrown : new Error(describeError(thrown));
      const final = KafkaClassicError.is(error) && !error.retriable;
      this.failures = final ? 0 : this.failures + 1;
      // A broker that has just started waits for its first ids itself: nothing to tell people.
      const passing = this.failures === 1 && error instanceof ProtocolError;
      logger[passing ? 'debug' : 'warn'](
        { event: 'producer-id-not-assigned', err: error, final },
        `The producer got no id: ${describeError(error)}`,
      );
      this.events.onFailure(error, final);
    } finally {
      this.asking = false;
      if (!this.stopped) this.events.onDone();
    }
  }

  private async init(): Promise<ProducerIdentity> {
    const { errorCode, producerId, producerEpoch } = await this.cluster.sendToAny(
      apis.InitProducerId,
      { transactionalId: null, transactionTimeoutMs: NO_TRANSACTIONS },
      { timeoutMs: this.requestTimeoutMs },
    );
    const refusal = ProtocolError.fromCode(errorCode);
    if (refusal) throw refusal;
    return { producerId, epoch: producerEpoch };
  }
}
