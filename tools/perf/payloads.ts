import { readFileSync } from 'node:fs';
import { UsageError } from '../cli/usage-error';

/** The value of the n-th record, counted from 0. */
export type Payloads = (index: number) => Buffer;

const POOL_BYTES = 1 << 20;
const FIRST_LETTER = 65;
const LETTERS = 26;

/**
 * Random capital letters. They are drawn once; a payload is a piece of them that begins somewhere
 * else each time, which costs next to nothing per record, so that not the drawing is measured.
 */
export function randomPayloads(size: number, random: () => number): Payloads {
  const pool = Buffer.allocUnsafe(POOL_BYTES + size);
  for (let at = 0; at < pool.length; at++) {
    pool[at] = FIRST_LETTER + Math.floor(random() * LETTERS);
  }
  return () => {
    const start = Math.floor(random() * POOL_BYTES);
    return pool.subarray(start, start + size);
  };
}

/** The number of the record, as text. */
export const monotonicPayloads: Payloads = (index) => Buffer.from(String(index));

/** One of these each time, at random. */
export function chosenPayloads(payloads: readonly Buffer[], random: () => number): Payloads {
  return () => payloads[Math.floor(random() * payloads.length)];
}

/**
 * The payloads in a text file.
 *
 * @param delimiter `\n` spelled with a backslash is a newline too
 * @throws UsageError when the file cannot be read or is empty
 */
export function readPayloads(file: string, delimiter: string): Buffer[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`, 'Check the path.');
  }
  const parts = text.split(delimiter === '\\n' ? '\n' : delimiter);
  // As Java splits: what is empty at the end does not count.
  while (parts.at(-1) === '') parts.pop();
  if (parts.length === 0) throw new UsageError(`${file} is empty.`, 'Put payloads into it.');
  return parts.map((part) => Buffer.from(part));
}
