import { gzipSync } from 'node:zlib';
import { stampCrc, writeInt64 } from '../../client/records';
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchLengthAt,
  crcAt,
  lastOffsetDeltaAt,
  logOverhead,
  magicAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  recordsAt,
} from '../../client/records/batch-layout';
import type { CompressionType } from '../../client/records';
import type { SeededRandom } from '../harness/seeded-random';
import { validBatch } from './request-seeds';

type Corruption = (batch: Buffer, random: SeededRandom) => Buffer;

const edgeInt32 = [-0x8000_0000, -2, -1, 0, 1, 2, 7, 60, 61, 1000, 0x7fff_fffe, 0x7fff_ffff];
const edgeInt64 = [-(2 ** 53), -2, -1, 0, 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 62];
const codecs: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

const int32At =
  (at: number): Corruption =>
  (batch, random) => {
    batch.writeInt32BE(random.chance(0.7) ? random.pick(edgeInt32) : random.next() * 1e6, at);
    return batch;
  };

const int64At =
  (at: number): Corruption =>
  (batch, random) => {
    const value = random.pick(edgeInt64);
    if (Number.isSafeInteger(value)) writeInt64(batch, at, value);
    else batch.writeBigInt64BE(BigInt(value), at);
    return batch;
  };

const corruptions: readonly Corruption[] = [
  (batch, random) => {
    for (let left = random.int(1, 8); left > 0; left--) {
      batch[random.int(0, batch.length - 1)]! ^= 1 << random.int(0, 7);
    }
    return batch;
  },
  (batch, random) => batch.subarray(0, random.int(1, batch.length - 1)),
  (batch, random) => Buffer.concat([batch, random.bytes(random.int(1, 100))]),
  (batch) => Buffer.concat([batch, batch]),
  (batch, random) => {
    random.bytes(batch.length - recordsAt).copy(batch, recordsAt);
    return batch;
  },
  (batch, random) => {
    batch[magicAt] = random.int(0, 255);
    return batch;
  },
  // Another codec than the payload has, control, transactional, log append time, unused bits.
  (batch, random) => {
    batch.writeUInt16BE(random.int(0, 0xffff), attributesAt);
    return batch;
  },
  (batch, random) => {
    batch.writeUInt16BE(random.int(1, 7), attributesAt);
    return batch;
  },
  (batch, random) => {
    batch.writeInt16BE(random.int(-0x8000, 0x7fff), producerEpochAt);
    return batch;
  },
  int32At(crcAt),
  int32At(batchLengthAt),
  int32At(lastOffsetDeltaAt),
  int32At(recordCountAt),
  int32At(baseSequenceAt),
  int64At(baseOffsetAt),
  int64At(baseTimestampAt),
  int64At(maxTimestampAt),
  int64At(producerIdAt),
];

/** A batch that is wrong somewhere; half of them have a checksum that is right all the same. */
export function corruptBatch(random: SeededRandom): Buffer {
  let batch = validBatch(random, random.pick(codecs));
  for (let left = random.int(1, 2); left > 0; left--) {
    if (batch.length >= recordsAt) batch = random.pick(corruptions)(batch, random);
  }
  const size = batch.length >= recordsAt ? logOverhead + batch.readInt32BE(batchLengthAt) : 0;
  if (random.chance(0.5) && size >= recordsAt && size <= batch.length) stampCrc(batch, 0);
  return batch;
}

let bomb: Buffer | undefined;

/** A small batch whose records unpack to a gigabyte. */
export function bombBatch(random: SeededRandom): Buffer {
  if (!bomb) {
    let blob = Buffer.alloc(64 * 1024 * 1024);
    blob = gzipSync(blob);
    const blobs = Array.from({ length: 16 }, () => blob);
    bomb = Buffer.concat([validBatch(random).subarray(0, recordsAt), ...blobs]);
    bomb.writeInt32BE(bomb.length - logOverhead, batchLengthAt);
    bomb.writeInt16BE(1, attributesAt);
    stampCrc(bomb, 0);
  }
  return Buffer.from(bomb);
}
