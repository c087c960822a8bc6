import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { linesOf } from './line-source';

async function read(pieces: readonly (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const input = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  for await (const some of linesOf(input)) lines.push(...some.map(String));
  return lines;
}

describe('lines of a stream', () => {
  test.each([
    [[''], []],
    [['a'], ['a']],
    [['a\n'], ['a']],
    [['a\r\nb'], ['a', 'b']],
    [
      ['a\r', '\nb\r\n'],
      ['a', 'b'],
    ],
    [['\n\n'], ['', '']],
    [
      ['on', 'e\ntw', 'o', '\n'],
      ['one', 'two'],
    ],
  ])('%j', async (pieces, lines) => expect(await read(pieces)).toEqual(lines));

  test('do not depend on the pieces they come in', async () => {
    const texts = fc.array(fc.stringMatching(/^[a-zäß ]*$/), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        expect(await read(pieces)).toEqual(lines);
      }),
    );
  });

  test('keep bytes that are no UTF-8', async () => {
    const input = Readable.from([Buffer.from([0xff, 0xfe, 10])]);
    for await (const [line] of linesOf(input)) expect([...line]).toEqual([0xff, 0xfe]);
  });

  test('end early on a signal', async () => {
    const abort = new AbortController();
    const input = new PassThrough();
    input.write('a\nb\n');
    const seen: string[] = [];
    for await (const lines of linesOf(input, { signal: abort.signal })) {
      seen.push(...lines.map(String));
      abort.abort();
    }
    expect(seen).toEqual(['a', 'b']);
  });

  test('must not be endless', async () => {
    const lines = linesOf(Readable.from([Buffer.alloc(11, 'x')]), { maxLineBytes: 10 });
    await expect(lines.next()).rejects.toMatchObject({ code: 'LINE_TOO_LONG' });
  });
});
