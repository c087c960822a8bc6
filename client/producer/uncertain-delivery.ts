import { ProtocolError } from '../protocol/protocol-error';
import { ProduceError } from './produce-error';
import type { ProducerBatch } from './producer-batch';

/**
 * Why a batch of an idempotent producer is given up: an attempt to send it was not answered, and the
 * broker no longer recognises it. Sent again under another number it might be in the log twice.
 */
export function uncertainDelivery(batch: ProducerBatch): ProduceError {
  const cause = new ProtocolError(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    'The records may be in the log or not: nobody knows what became of an earlier attempt, and the ' +
      'broker does not recognise the batch.',
    batch.lastError,
  );
  return new ProduceError(
    batch,
    cause,
    'Look into the topic before you send them again; they were not repeated, to avoid duplicates.',
  );
}
