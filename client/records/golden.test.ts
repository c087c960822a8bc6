import { RecordBatchBuilder } from './batch-builder';
import { validateProducedBatch } from './batch-validator';
import { type CompressionType } from './compression/codec';
import { type RecordBytes, type RecordHeaderInput } from './record';
import { recordsOf } from './record-decoder';

/**
 * Bytes that other programs made. The four batches come from @platformatic/kafka 1.35, which sends
 * leader epoch, producer epoch and sequence 0 where we send -1; the first is also put together by
 * hand in the second test.
 */
const golden: [CompressionType, string][] = [
  [
    'none',
    '0000000000000000000000d500000000021332df340000000000030000018bcfe568000000018bcfe74a40ffffffffffffffff000000000000000000042c0000000a6b65792d300e76616c75652d3002026802311a000a02010e76616c75652d3100120080890f04026b0100e60100010610d0bad0bbd18ed187c801' +
      '78'.repeat(100) +
      '00',
  ],
  [
    'gzip',
    '0000000000000000000000840000000002b86c85660001000000030000018bcfe568000000018bcfe74a40ffffffffffffffff000000000000000000041f8b0800000000000003d3616060e0ca4eadd435e02b4bcc294dd5356062ca60329462e06262848a183208313474f2b3306533323c6364606413b8b0ebc2ee8b7d17db4f3056d001300000277d3262a4000000',
  ],
  [
    'snappy',
    '00000000000000000000007800000000024976a2810002000000030000018bcfe568000000018bcfe74a40ffffffffffffffff00000000000000000004a4016c2c0000000a6b65792d300e76616c75652d3002026802311a000a02010d12703100120080890f04026b0100e60100010610d0bad0bbd18ed187c80178fe01008a01000000',
  ],
  [
    'lz4',
    '00000000000000000000008900000000029f78ea7a0003000000030000018bcfe568000000018bcfe74a40ffffffffffffffff0000000000000000000404224d1860408249000000f30d2c0000000a6b65792d300e76616c75652d3002026802311a000a02011200ff0e3100120080890f04026b0100e60100010610d0bad0bbd18ed187c8017801004b6078787878780000000000',
  ],
];

const long = 'x'.repeat(100);
const records: [number, RecordBytes, RecordBytes, RecordHeaderInput[]][] = [
  [1700000000000, 'key-0', Buffer.from('value-0'), [{ key: 'h', value: '1' }]],
  [1700000000005, null, 'value-1', []],
  [1700000123456, Buffer.from('k'), null, []],
  [1699999999999, 'ключ', long, []],
];

test.each(golden)('a batch of another client with codec %s is valid and reads back', (_, hex) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(validateProducedBatch(bytes, 0, bytes.length)).toBe(bytes.length);
  const read = recordsOf(bytes).map((r) => [
    r.offset,
    r.timestamp,
    r.key?.toString(),
    r.value?.toString(),
    r.headers.map(({ key, value }) => `${key}=${String(value)}`),
  ]);
  expect(read).toEqual([
    [0, 1700000000000, 'key-0', 'value-0', ['h=1']],
    [1, 1700000000005, undefined, 'value-1', []],
    [2, 1700000123456, 'k', undefined, []],
    [3, 1699999999999, 'ключ', long, []],
  ]);
});

test('the same records give the same bytes', () => {
  const builder = new RecordBatchBuilder({
    leaderEpoch: 0,
    producer: { producerId: -1, producerEpoch: 0, baseSequence: 0 },
  });
  for (const record of records) builder.tryAppend(...record);
  expect(builder.build().toString('hex')).toBe(golden[0][1]);
});

test('a batch put together by hand', () => {
  const builder = new RecordBatchBuilder({
    baseOffset: 5,
    leaderEpoch: 7,
    producer: { producerId: 4097, producerEpoch: 2, baseSequence: 9, isTransactional: true },
  });
  builder.tryAppend(1000, Buffer.from('k'), 'vé', [{ key: 'a', value: null }]);
  builder.tryAppend(936, null, null);
  const body = [
    '0010', // attributes: transactional
    '00000001', // last offset delta
    '00000000000003e8', // base timestamp
    '00000000000003e8', // max timestamp
    '0000000000001001', // producer id
    '0002', // producer epoch
    '00000009', // base sequence
    '00000002', // number of records
    // Length 13, attributes, timestamp +0, offset +0, key "k", value "vé", 1 header: "a" = null.
    '1a' + '00' + '00' + '00' + '026b' + '0676c3a9' + '02' + '0261' + '01',
    // Length 6, attributes, timestamp -64, offset +1, no key, no value, no headers.
    '0c' + '00' + '7f' + '02' + '01' + '01' + '00',
  ].join('');
  const length = (9 + body.length / 2).toString(16).padStart(8, '0');
  const built = builder.build().toString('hex');
  expect(built.slice(0, 34)).toBe(`0000000000000005${length}0000000702`);
  expect(built.slice(42)).toBe(body);
});
