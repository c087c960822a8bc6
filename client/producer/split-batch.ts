import { decodeBatch, RecordBatchBuilder, type CompressionType } from '../records';
import { ProducerBatch } from './producer-batch';
import { sequenceAfter } from './producer-identity';

/**
 * Two batches with the records of one that the broker found too large, each with about half of
 * them, in order. The parts take over who waits for the records, and the records' sequences.
 *
 * @param batch closed, of at least two records
 * @throws InvalidBatchError when the batch cannot be read; then nothing has changed
 */
export function splitBatch(
  batch: ProducerBatch,
  compression: CompressionType,
): [ProducerBatch, ProducerBatch] {
  const { recordCount } = batch;
  const middle = recordCount >> 1;
  const front = emptyPart(batch, compression);
  const back = emptyPart(batch, compression);
  let index = 0;
  decodeBatch(batch.close(), 0, ({ timestamp, key, value, headers }) => {
    const part = index++ < middle ? front : back;
    part.keepTimestamp(part.builder.tryAppend(timestamp, key, value, headers), timestamp);
  });
  front.inherit(batch, 0, middle);
  back.inherit(batch, middle, recordCount);
  const { signature } = batch;
  if (signature) {
    const { identity, baseSequence } = signature;
    front.sign(signature);
    back.sign({ identity, baseSequence: sequenceAfter(baseSequence, middle) });
  }
  batch.replaced();
  return [front, back];
}

function emptyPart(batch: ProducerBatch, compression: CompressionType): ProducerBatch {
  const builder = new RecordBatchBuilder({
    compression,
    maxBytes: Number.MAX_SAFE_INTEGER,
    initialCapacity: Math.ceil(batch.sizeInBytes / 2),
  });
  const { topic, partition, order, createdAt } = batch;
  const part = new ProducerBatch(topic, partition, order, createdAt, builder);
  part.state = 'closed';
  // Counts as repeated, so that the parts are sent one after the other.
  part.attempts = batch.attempts;
  part.uncertain = batch.uncertain;
  return part;
}
