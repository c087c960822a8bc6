import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { AllocateProducerIds } from '../../client/protocol/messages/allocate-producer-ids';
import { ProtocolError } from '../../client/protocol/protocol-error';
import {
  ZkError,
  type ControllerEpoch,
  type ProducerIdBlock,
  type ProducerIdBlockStore,
  type ZnodeWriter,
} from '../../zk-coordination';
import type { ControllerTerm } from './controller-term';

/** Producer ids that a broker gets at a time (Kafka's `ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`). */
export const PRODUCER_ID_BLOCK_SIZE = 1_000;

/**
 * Gives a broker the next block of producer ids. Every id is given away at most once: a block whose
 * answer gets lost is left unused.
 *
 * @param epoch of the controller that gives it away
 * @param writer the controller's, fenced
 * @throws ControllerFencedError; ProtocolError UNKNOWN_SERVER_ERROR when there are no more ids
 */
export async function allocateProducerIdBlock(
  brokerId: number,
  blocks: ProducerIdBlockStore,
  epoch: ControllerEpoch,
  writer: ZnodeWriter,
): Promise<ProducerIdBlock> {
  for (;;) {
    const { block, version } = await blocks.latest();
    const next = nextBlock(brokerId, block);
    try {
      await blocks.replace(next, epoch, version, writer);
      return next;
    } catch (error) {
      // Somebody else has taken a block, so the cluster goes forward.
      if (!ZkError.hasCode(error, 'BAD_VERSION')) throw error;
    }
  }
}

function nextBlock(brokerId: number, latest: ProducerIdBlock | null): ProducerIdBlock {
  const first = latest === null ? 0 : latest.last + 1;
  const last = first + PRODUCER_ID_BLOCK_SIZE - 1;
  if (!Number.isSafeInteger(last)) {
    throw new ProtocolError('UNKNOWN_SERVER_ERROR', 'All producer ids are used up.');
  }
  return { brokerId, first, last };
}

/** A broker asks for producer ids to hand out. */
export async function allocateProducerIds(
  term: ControllerTerm,
  { brokerId, brokerEpoch }: RequestOf<typeof AllocateProducerIds>,
): Promise<ResponseInput<typeof AllocateProducerIds>> {
  const { context, env, epoch, writer } = term;
  if (!context.brokers.has(brokerId)) throw new ProtocolError('BROKER_ID_NOT_REGISTERED');
  if (!context.isCurrent(brokerId, BigInt(brokerEpoch))) {
    throw new ProtocolError('STALE_BROKER_EPOCH');
  }
  const { producerIds } = env.stores;
  const block = await term.during(allocateProducerIdBlock(brokerId, producerIds, epoch, writer));
  return {
    errorCode: ErrorCode.NONE,
    producerIdStart: block.first,
    producerIdLen: block.last - block.first + 1,
  };
}
