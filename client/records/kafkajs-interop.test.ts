import fc from 'fast-check';
import { RecordBatchBuilder } from './batch-builder';
import { validateProducedBatch } from './batch-validator';
import { type CompressionType, compressionTypes } from './compression/codec';
import { compress, compressionId, decompress, ensureCodecsReady } from './compression/registry';
import { recordsOf } from './record-decoder';

fc.configureGlobal({ seed: 20250101 });

/** The parts of KafkaJS's inner modules used here; its own encoder and decoder are independent. */
interface KafkaJsEncoder {
  buffer: Buffer;
}
interface KafkaJsRecord {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: { [key: string]: Buffer | Buffer[] };
}
type KafkaJsEncodeRecord = (record: object) => KafkaJsEncoder;
interface KafkaJsBatchModule {
  RecordBatch(batch: object): Promise<KafkaJsEncoder>;
}
type KafkaJsDecodeBatch = (decoder: object) => Promise<{ records: KafkaJsRecord[] }>;
interface KafkaJsCodec {
  compress(encoder: KafkaJsEncoder): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const inner = 'kafkajs/src/protocol';
const { RecordBatch } = jest.requireActual<KafkaJsBatchModule>(`${inner}/recordBatch/v0`);
const encodeRecord = jest.requireActual<KafkaJsEncodeRecord>(`${inner}/recordBatch/record/v0`);
const decodeBatch = jest.requireActual<KafkaJsDecodeBatch>(`${inner}/recordBatch/v0/decoder`);
const Decoder = jest.requireActual<new (bytes: Buffer) => object>(`${inner}/decoder`);
const { Codecs } = jest.requireActual<{ Codecs: { [id: number]: () => KafkaJsCodec } }>(
  `${inner}/message/compression`,
);

/** KafkaJS brings gzip; like its users we plug the others in, so their framing meets its parser. */
for (const type of ['snappy', 'lz4', 'zstd'] as const) {
  Codecs[compressionId(type)] = () => ({
    compress: async (encoder) => Promise.resolve(compress(type, encoder.buffer)),
    decompress: async (bytes) => Promise.resolve(decompress(type, bytes, 1 << 24)),
  });
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
/** KafkaJS stumbles over the names that every object inherits, hence the prefix. */
const headerKey = fc.string({ unit: 'grapheme' }).map((name) => `h-${name}`);
const message = fc.record({
  timestamp: fc.integer({ min: 0, max: 2 ** 40 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(headerKey, bytes, { maxKeys: 4, noNullPrototype: true }),
});
const messages = fc.array(message, { minLength: 1, maxLength: 20 });
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

beforeAll(ensureCodecsReady);

async function byKafkaJs(type: CompressionType, list: Message[]): Promise<Buffer> {
  const first = list[0].timestamp;
  const batch = await RecordBatch({
    compression: compressionId(type),
    firstTimestamp: first,
    maxTimestamp: Math.max(...list.map((m) => m.timestamp)),
    lastOffsetDelta: list.length - 1,
    records: list.map((m, offsetDelta) =>
      encodeRecord({ ...m, offsetDelta, timestampDelta: m.timestamp - first }),
    ),
  });
  return batch.buffer;
}

describe.each(compressionTypes)('with codec %s', (type) => {
  test('KafkaJS reads what we write', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (list) => {
        const builder = new RecordBatchBuilder({ compression: type, baseOffset: 77 });
        for (const { timestamp, key, value, headers } of list) {
          const pairs = Object.entries(headers).map(([name, content]) => ({
            key: name,
            value: content,
          }));
          expect(builder.tryAppend(timestamp, key, value, pairs)).not.toBe(-1);
        }
        const { records } = await decodeBatch(new Decoder(Buffer.from(builder.build())));
        const read = records.map((r) => ({
          timestamp: Number(r.timestamp),
          key: r.key,
          value: r.value,
          headers: r.headers,
        }));
        expect(read).toEqual(list);
        expect(records.map((r) => Number(r.offset))).toEqual(list.map((_, index) => 77 + index));
      }),
      { numRuns: 40 },
    );
  });

  test('we read what KafkaJS writes, and write the same records', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (list) => {
        const batch = await byKafkaJs(type, list);
        expect(validateProducedBatch(batch, 0, batch.length)).toBe(batch.length);
        const read = recordsOf(batch).map(({ timestamp, key, value, headers }) => ({
          timestamp,
          key,
          value,
          headers: Object.fromEntries(headers.map((h) => [h.key, h.value])),
        }));
        expect(read).toEqual(list);
      }),
      { numRuns: 40 },
    );
  });
});

test('uncompressed batches are equal byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (list) => {
      const builder = new RecordBatchBuilder({
        leaderEpoch: 0,
        producer: { producerId: -1, producerEpoch: 0, baseSequence: 0 },
      });
      for (const { timestamp, key, value, headers } of list) {
        const pairs = Object.entries(headers).map(([name, v]) => ({ key: name, value: v }));
        builder.tryAppend(timestamp, key, value, pairs);
      }
      expect(builder.build().toString('hex')).toBe((await byKafkaJs('none', list)).toString('hex'));
    }),
    { numRuns: 100 },
  );
});
