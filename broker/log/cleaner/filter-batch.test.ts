import {
  buildEndTransactionBatch,
  RecordBatch,
  RecordBatchBuilder,
  recordsOf,
  validateBatch,
  type RecordBatchBuilderOptions,
} from '../../../client/records';
import { filterBatch, type FilterContext } from './filter-batch';
import { atOnce } from './slices';
import { OffsetMap } from './offset-map';

const map = new OffsetMap({ memoryBytes: 24 * 100, loadFactor: 0.9 }, 10);
map.put(Buffer.from('a'), 110);
map.put(Buffer.from('b'), 101);

const context: FilterContext = {
  map,
  endOffset: 1000,
  now: 50_000,
  deleteRetentionMs: 1000,
  lastOffsets: new Map([[7, 102]]),
};

type Rows = readonly (readonly [key: string | null, value: string | null])[];

/** A batch at offset 100. */
function batchOf(rows: Rows, options: RecordBatchBuilderOptions = {}): RecordBatch {
  const builder = new RecordBatchBuilder({ baseOffset: 100, leaderEpoch: 3, ...options });
  rows.forEach(([key, value], index) =>
    builder.tryAppend(1000 + index, key, value, [{ key: 'h', value: 'x' }]),
  );
  return new RecordBatch(Buffer.from(builder.build()), 0);
}

function filtered(batch: RecordBatch, other: Partial<FilterContext> = {}): RecordBatch | undefined {
  const { bytes } = atOnce(filterBatch(batch, { ...context, ...other }));
  if (!bytes) return undefined;
  validateBatch(bytes, 0, bytes.length);
  return new RecordBatch(bytes, 0);
}

const rowsOf = (batch: RecordBatch | undefined) =>
  batch &&
  recordsOf(batch.buffer, batch.position).map(({ offset, timestamp, key, value, headers }) => [
    offset,
    timestamp,
    key?.toString(),
    value?.toString() ?? null,
    headers.map((header) => header.key).join(),
  ]);

it('keeps the very bytes where nothing is to go', () => {
  const batch = batchOf([
    ['c', '1'],
    ['b', '2'],
  ]);
  expect(atOnce(filterBatch(batch, context)).bytes).toEqual(batch.bytes);
});

it.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
  'keeps offsets, times, headers, epochs and codec of what stays (%s)',
  (compression) => {
    const producer = { producerId: 5, producerEpoch: 2, baseSequence: 40 };
    const batch = batchOf(
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
      { compression, producer },
    );
    const left = filtered(batch);
    expect(rowsOf(left)).toEqual([[101, 1001, 'b', '2', 'h']]);
    expect(left).toMatchObject({
      ...{ baseOffset: 100, lastOffset: 102, leaderEpoch: 3, compression, recordCount: 1 },
      ...{ producerId: 5, producerEpoch: 2, baseSequence: 40, lastSequence: 42 },
      ...{ maxTimestamp: 1001, deleteHorizon: -1 },
    });
  },
);

it('gives tombstones a horizon once, and keeps the times of the records', () => {
  const rows: Rows = [
    ['d', 'x'],
    ['c', null],
  ];
  const first = filtered(batchOf(rows));
  expect(first).toMatchObject({ deleteHorizon: 51_000, maxTimestamp: 1001 });
  const left = [
    [100, 1000, 'd', 'x', 'h'],
    [101, 1001, 'c', null, 'h'],
  ];
  expect(rowsOf(first)).toEqual(left);
  const at = (now: number) => first && filtered(first, { now });
  expect(at(50_999)?.bytes).toEqual(first?.bytes);
  expect(rowsOf(at(51_000))).toEqual(left.slice(0, 1));
  expect(at(51_000)).toMatchObject({ deleteHorizon: 51_000, maxTimestamp: 1000, lastOffset: 101 });
});

it('keeps the append time', () => {
  const batch = batchOf(
    [
      ['c', null],
      ['a', '1'],
    ],
    { timestampType: 'LogAppendTime' },
  );
  const left = filtered(batch);
  expect(left).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: 1001 });
  expect(rowsOf(left)).toEqual([[100, 1001, 'c', null, 'h']]);
});

it('empties the last batch of a producer, and drops others', () => {
  const signed = (producerId: number) =>
    batchOf(
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '3'],
      ],
      {
        compression: 'gzip',
        producer: { producerId, producerEpoch: 1, baseSequence: 9 },
      },
    );
  const left = filtered(signed(7));
  expect(left).toMatchObject({
    ...{ recordCount: 0, sizeInBytes: 61, compression: 'none', maxTimestamp: 1002 },
    ...{ producerId: 7, producerEpoch: 1, baseSequence: 9, lastSequence: 11 },
    ...{ baseOffset: 100, lastOffset: 102, leaderEpoch: 3 },
  });
  expect(left && filtered(left)?.bytes).toEqual(left?.bytes);
  expect(left && filtered(left, { lastOffsets: new Map() })).toBeUndefined();
  expect(filtered(signed(8))).toBeUndefined();
});

it('drops records without a key, and leaves alone what was not looked through', () => {
  const batch = batchOf([
    [null, 'x'],
    ['a', '1'],
  ]);
  expect(filtered(batch)).toBeUndefined();
  expect(filtered(batch, { endOffset: 100 })?.bytes).toEqual(batch.bytes);
});

it('leaves control batches alone', () => {
  const bytes = buildEndTransactionBatch({
    ...{ result: 'COMMIT', coordinatorEpoch: 1, producerId: 1, producerEpoch: 0, timestamp: 5 },
  });
  expect(atOnce(filterBatch(new RecordBatch(bytes, 0), context)).bytes).toEqual(bytes);
});
