import type * as nodeRsCrc32 from '@node-rs/crc32';
import type * as portableCrc32c from 'crc-32/crc32c';
import { createRequire } from 'node:module';

type Crc32c = (bytes: Buffer, previous?: number) => number;

/** The native module is an optional package of the platform; the JavaScript one always loads. */
function loadCrc32c(): Crc32c {
  const load = createRequire(__filename);
  try {
    const native = load('@node-rs/crc32') as typeof nodeRsCrc32;
    return native.crc32c;
  } catch {
    return loadPortableCrc32c();
  }
}

/** The pure JavaScript implementation (about a third of the native speed); exported for tests. */
export function loadPortableCrc32c(): Crc32c {
  const load = createRequire(__filename);
  const portable = load('crc-32/crc32c') as typeof portableCrc32c;
  return (bytes, previous = 0) => portable.buf(bytes, previous | 0) >>> 0;
}

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) as an unsigned 32-bit number. `previous` continues a
 * checksum over the next piece: `crc32c(b, crc32c(a))` equals the checksum of `a` followed by `b`.
 */
export const crc32c: Crc32c = loadCrc32c();
