import fc from 'fast-check';
import { FrameSplitter } from './frame-splitter';

function frame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

describe('FrameSplitter', () => {
  test('cuts any stream, however it is chopped, into the frames it was made of', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 });
    const steps = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(bodies, steps, (contents, sizes) => {
        const frames = contents.map(frame);
        const stream = Buffer.concat(frames);
        const splitter = new FrameSplitter();
        const seen: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length]!;
          seen.push(...splitter.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(Buffer.concat(seen).equals(stream)).toBe(true);
        expect(seen.map((one) => one.length)).toEqual(frames.map((one) => one.length));
      }),
    );
  });

  test.each([0, -1, 0x7fffffff])('refuses a length of %d', (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(() => new FrameSplitter().push(bytes)).toThrow(RangeError);
  });
});
