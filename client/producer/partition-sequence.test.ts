import { batchesOf, RecordBatchBuilder } from '../records';
import { noDelivery } from './delivery';
import { PartitionSequence } from './partition-sequence';
import { ProducerBatch } from './producer-batch';
import { nextEpoch, sequenceAfter } from './producer-identity';
import { splitBatch } from './split-batch';

const identity = { producerId: 5, epoch: 0 };

function batchOf(count: number): ProducerBatch {
  const batch = new ProducerBatch('t', 0, 0, 0, new RecordBatchBuilder());
  for (let i = 0; i < count; i++) batch.tryAppend(1000, null, `${i}`, undefined, noDelivery, i);
  return batch;
}

function onTheWire(batch: ProducerBatch): string {
  const [built] = batchesOf(batch.close());
  return `${built.producerId} ${built.producerEpoch} ${built.baseSequence}-${built.lastSequence}`;
}

test('batches are numbered by their records and keep their numbers', () => {
  const sequence = new PartitionSequence();
  const [a, b] = [batchOf(3), batchOf(2)];
  for (const batch of [a, b, a]) expect(sequence.sign(batch, identity)).toBe(true);
  expect([a, b].map(onTheWire)).toEqual(['5 0 0-2', '5 0 3-4']);
});

test('a signed batch takes no more records', () => {
  const batch = batchOf(1);
  new PartitionSequence().sign(batch, identity);
  expect(batch.state).toBe('closed');
});

test('anew, what was refused is numbered again, what is uncertain is not', () => {
  const sequence = new PartitionSequence();
  const [a, b, c] = [batchOf(3), batchOf(2), batchOf(1)];
  for (const batch of [a, b]) sequence.sign(batch, identity);
  b.uncertain = true;
  expect(sequence.startAnew()).toEqual({ producerId: 5, epoch: 1 });
  expect([a, b, c].map((batch) => sequence.sign(batch, identity))).toEqual([true, false, true]);
  expect([a, b, c].map(onTheWire)).toEqual(['5 1 0-2', '5 0 3-4', '5 1 3-3']);
});

test('without epochs left another id is taken on', () => {
  const sequence = new PartitionSequence();
  sequence.sign(batchOf(1), { producerId: 5, epoch: 0x7fff });
  expect(sequence.startAnew()).toBeUndefined();
  const batch = batchOf(1);
  sequence.sign(batch, { producerId: 6, epoch: 0 });
  expect(onTheWire(batch)).toBe('6 0 0-0');
});

test('the halves of a batch have its numbers', () => {
  const sequence = new PartitionSequence();
  const batch = batchOf(5);
  sequence.sign(batchOf(2), identity);
  sequence.sign(batch, identity);
  batch.close();
  const parts = splitBatch(batch, 'none');
  expect(parts.map(onTheWire)).toEqual(['5 0 2-3', '5 0 4-6']);
  expect(parts.every((part) => sequence.sign(part, identity))).toBe(true);
  expect(parts.map(onTheWire)).toEqual(['5 0 2-3', '5 0 4-6']);
});

test('sequences and epochs have an end', () => {
  expect(sequenceAfter(2 ** 31 - 1, 1)).toBe(0);
  expect(sequenceAfter(2 ** 31 - 3, 5)).toBe(2);
  expect(nextEpoch({ producerId: 1, epoch: 0x7ffe })).toEqual({ producerId: 1, epoch: 0x7fff });
  expect(nextEpoch({ producerId: 1, epoch: 0x7fff })).toBeUndefined();
});
