import crypto from 'node:crypto';
import type { World } from './world';

/** What stands in for the machine's randomness and its turns of the event loop. */
interface Replacement {
  readonly of: object;
  readonly name: string;
  readonly by: unknown;
}

/**
 * Puts the world's turns of the event loop and a seeded randomness in the place of the machine's,
 * for as long as the work takes: a run depends on its seed alone. Time is not replaced: whoever asks
 * the machine for it gets an error, so that nobody can.
 */
export async function deterministically<T>(
  world: World,
  random: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const randomBytes = (size: number) => {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i++) bytes[i] = random() * 256;
    return bytes;
  };
  const randomUUID = () => {
    const digits = randomBytes(16).toString('hex');
    return [8, 12, 16, 20, 32].map((end, i, ends) => digits.slice(ends[i - 1] ?? 0, end)).join('-');
  };
  const forbidden = (name: string) => () => {
    throw new Error(`${name} was called in a simulation.`);
  };
  const undo = [
    { of: globalThis, name: 'setImmediate', by: world.immediate },
    { of: globalThis, name: 'setTimeout', by: forbidden('setTimeout') },
    { of: Math, name: 'random', by: random },
    { of: Date, name: 'now', by: forbidden('Date.now') },
    { of: crypto, name: 'randomBytes', by: randomBytes },
    { of: crypto, name: 'randomUUID', by: randomUUID },
  ].map(replace);
  try {
    return await work();
  } finally {
    for (const step of undo) step();
  }
}

function replace({ of, name, by }: Replacement): () => void {
  const original = Object.getOwnPropertyDescriptor(of, name)!;
  Object.defineProperty(of, name, { ...original, value: by });
  return () => Object.defineProperty(of, name, original);
}
