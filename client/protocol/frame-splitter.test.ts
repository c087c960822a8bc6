import * as fc from 'fast-check';
import { FrameSplitter } from './frame-splitter';

const MIB = 1024 * 1024;
/** What is allocated at once. */
const FIRST = MIB + 65_536;

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

function streamOf(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(frames.flatMap((frame) => [lengthOf(frame.length), frame]));
}

/** Every byte tells its place. */
function patterned(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) buffer[i] = (i ^ (i >> 8) ^ (i >> 16)) & 0xff;
  return buffer;
}

function pushInChunks(splitter: FrameSplitter, stream: Buffer, bytes: number): void {
  for (let from = 0; from < stream.length; from += bytes) {
    splitter.push(stream.subarray(from, from + bytes));
  }
}

function fail(): never {
  throw new Error('should not happen');
}

const frames = [Buffer.from('a'), Buffer.alloc(300, 2), Buffer.from('end')];
const stream = streamOf(frames);

afterEach(() => jest.restoreAllMocks());

describe('frames', () => {
  test('are found however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (cuts) => {
        const seen: Buffer[] = [];
        const splitter = new FrameSplitter(1000, (f) => seen.push(Buffer.from(f)), fail);
        for (let position = 0, i = 0; position < stream.length; i++) {
          const next = position + cuts[i % cuts.length];
          splitter.push(stream.subarray(position, next));
          position = next;
        }
        expect(seen).toEqual(frames);
        expect(splitter.midFrame).toBe(false);
        expect(splitter.pendingBytes).toBe(0);
      }),
    );
  });

  test('outlive the memory they arrived in when it is used again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (bytes) => {
        const seen: Buffer[] = [];
        const splitter = new FrameSplitter(1000, (f) => seen.push(f), fail);
        const memory = Buffer.alloc(bytes);
        for (let from = 0; from < stream.length; from += bytes) {
          const filled = stream.copy(memory, 0, from, from + bytes);
          splitter.push(memory.subarray(0, filled), false);
          memory.fill(0xff);
        }
        expect(seen).toEqual(frames);
        expect(splitter.midFrame).toBe(false);
      }),
    );
  });

  test.each([MIB, FIRST - 1, FIRST, FIRST + 1, 4 * FIRST, 4 * FIRST + 1, 5 * MIB])(
    'of %d bytes come out as they went in, whatever the chunks',
    (bytes) => {
      const sent = [patterned(bytes), Buffer.from('behind'), patterned(bytes)];
      for (const chunkBytes of [65_536, 100_003, 3 * MIB, 3 * bytes]) {
        const seen: Buffer[] = [];
        const splitter = new FrameSplitter(8 * MIB, (f) => seen.push(f), fail);
        pushInChunks(splitter, streamOf(sent), chunkBytes);
        expect(seen.map((frame, i) => frame.equals(sent[i]))).toEqual([true, true, true]);
      }
    },
  );

  test('above the limit are refused before they arrive, and nothing is said afterwards', () => {
    const problems: object[] = [];
    const seen: Buffer[] = [];
    const splitter = new FrameSplitter(
      100,
      (f) => seen.push(f),
      (p) => problems.push(p),
    );
    splitter.push(stream);
    splitter.push(stream);
    expect(problems).toEqual([{ announced: 300, limit: 100 }]);
    expect(seen).toEqual([Buffer.from('a')]);
    expect(splitter.midFrame).toBe(false);
  });
});

describe('a frame that is half there', () => {
  test('is known from its first byte on, and how much of it', () => {
    const splitter = new FrameSplitter(1000, () => {}, fail);
    const after = (from: number, to: number) => {
      splitter.push(stream.subarray(from, to));
      const { midFrame, pendingBytes, announcedBytes } = splitter;
      return [midFrame, pendingBytes, announcedBytes];
    };
    expect(after(0, 1)).toEqual([true, 1, 0]);
    expect(after(1, 4)).toEqual([true, 4, 1]);
    expect(after(4, 5)).toEqual([false, 0, 0]);
    expect(after(5, 8)).toEqual([true, 3, 0]);
    expect(after(8, 9)).toEqual([true, 4, 300]);
    expect(after(9, 20)).toEqual([true, 15, 300]);
    expect(after(20, 309 + 2)).toEqual([true, 2, 0]);
  });

  test('can be abandoned, also by who takes the frame before it', () => {
    const seen: Buffer[] = [];
    const splitter = new FrameSplitter(
      1000,
      (f) => {
        seen.push(f);
        splitter.abandon();
      },
      fail,
    );
    splitter.push(stream.subarray(0, 100));
    expect(splitter.pendingBytes).toBe(0);
    splitter.push(stream.subarray(100));
    expect(seen).toEqual([Buffer.from('a')]);

    const other = new FrameSplitter(1000, fail, fail);
    other.push(stream.subarray(5, 100));
    other.abandon();
    expect([other.midFrame, other.pendingBytes, other.announcedBytes]).toEqual([false, 0, 0]);
    other.push(stream.subarray(100));
  });
});

describe('memory', () => {
  /** What the splitter has allocated, in order. */
  function watchAllocations(): number[] {
    const bytes: number[] = [];
    const allocate = Buffer.allocUnsafe.bind(Buffer);
    jest.spyOn(Buffer, 'allocUnsafe').mockImplementation((size) => {
      bytes.push(size);
      return allocate(size);
    });
    return bytes;
  }

  test('is not taken for a frame of which only the length is there', () => {
    const allocated = watchAllocations();
    const splitter = new FrameSplitter(100 * MIB, fail, fail);
    splitter.push(lengthOf(100 * MIB));
    expect(allocated).toEqual([]);
    splitter.push(Buffer.alloc(1));
    expect(allocated).toEqual([FIRST]);
  });

  test('grows with what arrives and ends at the size of the frame', () => {
    const allocated = watchAllocations();
    let taken = 0;
    const splitter = new FrameSplitter(100 * MIB, (frame) => (taken = frame.length), fail);
    splitter.push(lengthOf(9 * MIB));
    const chunk = Buffer.alloc(65_536);
    for (let arrived = chunk.length; arrived <= 9 * MIB; arrived += chunk.length) {
      splitter.push(chunk);
      const held = allocated[allocated.length - 1];
      expect(held).toBeLessThanOrEqual(Math.max(FIRST, 4 * arrived));
    }
    expect(allocated).toEqual([FIRST, 4 * FIRST, 9 * MIB]);
    expect(taken).toBe(9 * MIB);
  });

  test.each([65_536, 300_000, MIB, FIRST])('a frame of %d bytes is copied once', (bytes) => {
    const whole = streamOf([patterned(bytes)]);
    const allocated = watchAllocations();
    const seen: Buffer[] = [];
    const splitter = new FrameSplitter(100 * MIB, (frame) => seen.push(frame), fail);
    pushInChunks(splitter, whole, 65_536);
    expect(allocated).toEqual([bytes]);
    expect(seen[0].equals(patterned(bytes))).toBe(true);
  });

  test('a frame inside one chunk is a view of it', () => {
    const allocated = watchAllocations();
    const seen: Buffer[] = [];
    const splitter = new FrameSplitter(100 * MIB, (frame) => seen.push(frame), fail);
    splitter.push(stream);
    expect(seen).toEqual(frames);
    for (const frame of seen) expect(frame.buffer).toBe(stream.buffer);
    expect(allocated).toEqual([]);
  });
});
