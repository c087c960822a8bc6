import { apis } from '../../client/protocol/apis';
import { errorFacts } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { delay, type Clock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import type { ControllerLink } from '../peers/controller-link';

export interface ControlledShutdownOptions {
  readonly brokerId: number;
  brokerEpoch(): number;
  /** Whether another broker lives that could take over. */
  hasPeers(): boolean;
  readonly controller: ControllerLink;
  /** `controlled.shutdown.max.retries` */
  readonly maxRetries: number;
  /** `controlled.shutdown.retry.backoff.ms` */
  readonly retryBackoffMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Has the controller move the leadership of this broker's partitions elsewhere before it stops, so
 * that nobody has to wait for its session to end. What could not be moved is left behind: it stops
 * all the same.
 *
 * Unlike Kafka's, the last broker of a cluster does not wait for others to take over.
 */
export async function handLeadershipOver(options: ControlledShutdownOptions): Promise<void> {
  const { brokerId, maxRetries, retryBackoffMs, clock, logger } = options;
  for (let attempt = 0; options.hasPeers(); attempt++) {
    const left = await attemptHandover(options);
    if (left === 0) {
      logger.info(
        { event: 'controlled-shutdown', broker: brokerId },
        `Broker ${brokerId} leads nothing any more.`,
      );
      return;
    }
    if (attempt >= maxRetries) {
      logger.warn(
        { event: 'controlled-shutdown-incomplete', broker: brokerId, partitions: left },
        `Broker ${brokerId} stops while partitions are still led by it.`,
      );
      return;
    }
    await delay(retryBackoffMs, clock);
  }
}

/** @returns how many partitions are still led here, undefined when nobody could be asked */
async function attemptHandover(options: ControlledShutdownOptions): Promise<number | undefined> {
  const { brokerId, controller, logger } = options;
  try {
    const { errorCode, remainingPartitions } = await controller.ask(apis.ControlledShutdown, {
      brokerId,
      brokerEpoch: options.brokerEpoch(),
    });
    if (errorCode !== 0) throw new ProtocolError(errorFacts(errorCode).name);
    return remainingPartitions.length;
  } catch (error) {
    logger.warn(
      { event: 'controlled-shutdown-failed', broker: brokerId, error: describeError(error) },
      'The controller could not be asked to take the leadership of partitions away.',
    );
    return undefined;
  }
}
