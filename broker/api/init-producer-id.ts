import { ErrorCode } from '../../client/protocol/error-codes';
import type { InitProducerId } from '../../client/protocol/messages/init-producer-id';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Logger } from '../../client/runtime/logger';
import type { ProducerIds } from '../coordinator/producer-ids/producer-ids';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

export interface InitProducerIdDependencies {
  readonly producerIds: Pick<ProducerIds, 'next'>;
  readonly logger: Logger;
}

/**
 * Gives an idempotent producer a new id, whatever id it has: without a transactional id there is
 * nothing to recognise it by. Any broker does it.
 *
 * Transactional producers are told UNSUPPORTED_VERSION, which clients show as "the broker does not
 * support this" and do not repeat.
 */
export function initProducerIdHandler({
  producerIds,
  logger,
}: InitProducerIdDependencies): ApiHandler<typeof InitProducerId> {
  return async ({ transactionalId }) => {
    try {
      if (transactionalId !== null) {
        throw new ProtocolError(
          'UNSUPPORTED_VERSION',
          'This broker does not support transactions yet.',
        );
      }
      const producerId = await producerIds.next();
      return { errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 };
    } catch (error) {
      const { errorCode } = responseError(error, logger, 'InitProducerId');
      return { errorCode, producerId: -1, producerEpoch: -1 };
    }
  };
}
