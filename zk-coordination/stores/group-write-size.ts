import type { ZkOp } from '../multi';

/**
 * Largest write of a group, in bytes and operations. A packet could take twice that, but others wait
 * behind it, and when a reply is lost every znode of it is looked at.
 */
export const MAX_CHUNK_BYTES = 384 * 1024;
export const MAX_CHUNK_OPS = 1_000;

/** What an operation takes besides path and data, chroot included, about. */
const OVERHEAD_BYTES = 192;

export function bytesOf(ops: readonly ZkOp[]): number {
  let total = 0;
  for (const op of ops) {
    const data = op.type === 'create' || op.type === 'set' ? op.data : null;
    total += sizeOf(op.path, data);
  }
  return total;
}

/** The changes in groups small enough for one write each, with the directories they may need. */
export function chunksOf(
  changes: ReadonlyMap<string, Buffer | null>,
): Map<string, Buffer | null>[] {
  const chunks: Map<string, Buffer | null>[] = [];
  let bytes = Infinity;
  for (const [path, data] of changes) {
    let chunk = chunks.at(-1);
    // Each may come with a directory of its own.
    const size = 2 * sizeOf(path, data);
    if (chunk === undefined || bytes + size > MAX_CHUNK_BYTES || chunk.size >= MAX_CHUNK_OPS / 2) {
      chunk = new Map();
      chunks.push(chunk);
      bytes = 0;
    }
    chunk.set(path, data);
    bytes += size;
  }
  return chunks;
}

function sizeOf(path: string, data: Buffer | null): number {
  return OVERHEAD_BYTES + Buffer.byteLength(path) + (data?.length ?? 0);
}
