import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { InvalidBatchError } from '../invalid-batch-error';
import { compressionTypes } from './codec';
import { lz4UncompressedSize } from './lz4-frame';
import {
  compress,
  compressionType,
  decompress,
  ensureCodecsReady,
  registerCodec,
} from './registry';
import { gzipCodec } from './gzip';
import { snappyCodec } from './snappy';
import { createZstdCodec } from './zstd';
import { zstdFrames } from './zstd-frame';

fc.configureGlobal({ seed: 20250101 });

const limit = 8 * 1024 * 1024;
const packed = compressionTypes.filter((type) => type !== 'none');
/** Bytes that neither compress nor repeat, the same in every run. */
const noise = Buffer.from(
  Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) ^ (i >>> 3)),
);

beforeAll(ensureCodecsReady);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidBatchError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe.each(compressionTypes)('%s', (type) => {
  test('round trip of any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 60 }),
        (a, times) => {
          const data = Buffer.concat(new Array<Buffer>(times).fill(Buffer.from(a)));
          expect(decompress(type, compress(type, data), limit).equals(data)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('round trip of large and of incompressible data', () => {
    for (const data of [noise, Buffer.alloc(5_000_000, 'kafka')]) {
      expect(decompress(type, compress(type, data), limit).equals(data)).toBe(true);
    }
  });
});

describe.each(packed)('%s', (type) => {
  test('data that unpack to more than the limit are refused', () => {
    const bomb = compress(type, Buffer.alloc(5_000_000));
    expect(codeOf(() => decompress(type, bomb, 4_999_999))).toBe('MESSAGE_TOO_LARGE');
    expect(decompress(type, bomb, 5_000_000).length).toBe(5_000_000);
  });

  test('damaged or random data yield bytes or an InvalidBatchError, and stay within the limit', () => {
    const good = compress(type, Buffer.from('some text, some more text, '.repeat(200)));
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(good.length))
      .map(([at, flip, cut]) => {
        const copy = Buffer.from(good.subarray(0, cut));
        if (at < cut) copy[at] ^= flip;
        return copy;
      });
    const random = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const randomTail = random.map((tail) => Buffer.concat([good.subarray(0, 20), tail]));
    fc.assert(
      fc.property(fc.oneof(damaged, random, randomTail), (data) => {
        try {
          expect(decompress(type, data, 100_000).length).toBeLessThanOrEqual(100_000);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidBatchError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('snappy framing', () => {
  test('is that of xerial: magic, two versions, blocks of at most 32 KiB', () => {
    const stream = snappyCodec.compress(noise.subarray(0, 70_000));
    expect(stream.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    const sizes: number[] = [];
    for (let at = 16; at < stream.length; at += 4 + stream.readInt32BE(at)) {
      sizes.push(stream.readInt32BE(at));
    }
    expect(sizes).toHaveLength(3);
  });

  test('a stream written by hand, as snappy-java would', () => {
    const block = (text: string): Buffer => {
      const body = compressSync(Buffer.from(text));
      const size = Buffer.alloc(4);
      size.writeInt32BE(body.length);
      return Buffer.concat([size, body]);
    };
    const header = Buffer.from('82534e41505059000000000100000001', 'hex');
    const stream = Buffer.concat([header, block('Kafka '), block('records')]);
    expect(snappyCodec.decompress(stream, 100).toString()).toBe('Kafka records');
  });

  test('a bare block, as librdkafka writes it', () => {
    const data = Buffer.from('no framing '.repeat(50));
    expect(snappyCodec.decompress(compressSync(data), 1000).equals(data)).toBe(true);
  });
});

describe('lz4 frame sizes', () => {
  test('counted from the tokens they are exact', () => {
    for (const data of [Buffer.alloc(0), noise, Buffer.alloc(1_000_000, 'abc')]) {
      expect(lz4UncompressedSize(compressFrameSync(data))).toBe(data.length);
      const checked = compressFrameSync(data, { blockChecksums: true, contentChecksum: true });
      expect(lz4UncompressedSize(checked)).toBe(data.length);
    }
  });
});

describe('zstd frames', () => {
  test('a frame without content size, as streaming writers such as the Java client make them', () => {
    // Magic, descriptor 0, window 2^10 * 11, one raw last block of 4 bytes.
    const frame = Buffer.concat([
      Buffer.from('28b52ffd0058', 'hex'),
      Buffer.from([(4 << 3) | 1, 0, 0]),
      Buffer.from('Zstd'),
    ]);
    expect(zstdFrames(frame)).toEqual([
      { start: 0, end: frame.length, sized: false, maxContentSize: 4 },
    ]);
    expect(decompress('zstd', frame, 100).toString()).toBe('Zstd');
    expect(codeOf(() => decompress('zstd', frame, 3))).toBe('MESSAGE_TOO_LARGE');
  });

  test('several frames and a skippable one', () => {
    const skippable = Buffer.from('502a4d1803000000aabbcc', 'hex');
    const stream = Buffer.concat([
      compress('zstd', Buffer.from('one ')),
      skippable,
      compress('zstd', Buffer.from('two')),
    ]);
    expect(decompress('zstd', stream, 100).toString()).toBe('one two');
  });

  test('a frame that claims more than its blocks hold is refused before anything is allocated', () => {
    const frame = Buffer.from('28b52ffde0ffffffffffff0f00010000', 'hex');
    expect(() => zstdFrames(frame)).toThrow('claims too much');
    expect(codeOf(() => decompress('zstd', frame, limit))).toBe('CORRUPT_MESSAGE');
  });

  test('before its preparation the WebAssembly codec says what to do', () => {
    const codec = createZstdCodec(undefined);
    if (codec.prepare === undefined) return;
    expect(() => codec.compress(Buffer.alloc(1))).toThrow('ensureCodecsReady');
  });
});

describe('registry', () => {
  test('unused ids', () => {
    for (const id of [5, 6, 7]) {
      expect(codeOf(() => compressionType(id))).toBe('UNSUPPORTED_COMPRESSION_TYPE');
    }
  });

  test('an implementation can be replaced', () => {
    registerCodec('gzip', { compress: () => Buffer.from('packed'), decompress: (data) => data });
    try {
      expect(compress('gzip', noise).toString()).toBe('packed');
    } finally {
      registerCodec('gzip', gzipCodec);
    }
  });
});
