import type { ZkOp } from './multi';
import { ZkError, type ZkErrorContext } from './zk-error';

/** Largest path and data of one operation, in bytes (R4): half of what a packet could take. */
const MAX_OPERATION_BYTES = 512 * 1024;

/**
 * Largest multi, in bytes (R4). The server refuses packets of 1 MiB by closing the connection, which
 * fails everybody else's requests on it too.
 */
export const MAX_MULTI_BYTES = 900 * 1024;

/** @throws ZkError `BAD_ARGUMENTS` */
export function checkPath(path: string, context: ZkErrorContext, sequential = false): void {
  // A sequential znode may be nothing but its counter: "/parent/".
  const whole = sequential ? `${path}0` : path;
  const wrong =
    !whole.startsWith('/') ||
    (whole.length > 1 && whole.endsWith('/')) ||
    whole.includes('//') ||
    whole.includes('\0') ||
    /\/\.{1,2}(\/|$)/.test(whole);
  if (wrong) throw new ZkError('BAD_ARGUMENTS', { ...context, outcome: 'not-applied' });
}

/** @throws ZkError `BAD_ARGUMENTS` for what the wire would turn into another version */
function checkVersion(version: number, context: ZkErrorContext): void {
  if (Number.isInteger(version) && version >= -1 && version <= 0x7fffffff) return;
  throw new ZkError('BAD_ARGUMENTS', { ...context, outcome: 'not-applied' });
}

/** @throws ZkError `TOO_LARGE` */
function checkSize(bytes: number, context: ZkErrorContext): void {
  if (bytes <= MAX_OPERATION_BYTES) return;
  throw new ZkError('TOO_LARGE', { ...context, outcome: 'not-applied' });
}

/**
 * Checks path, version and size of a write before it is sent.
 *
 * @returns bytes of path and data
 * @throws ZkError `BAD_ARGUMENTS`, `TOO_LARGE`
 */
export function checkWrite(op: ZkOp, context: ZkErrorContext): number {
  checkPath(op.path, context, op.type === 'create' && op.sequential === true);
  if (op.type !== 'create') checkVersion(op.version, context);
  const data = op.type === 'create' || op.type === 'set' ? op.data : null;
  const bytes = Buffer.byteLength(op.path) + (data?.length ?? 0);
  checkSize(bytes, context);
  return bytes;
}

/** What a multi adds to path and data of each operation, at most: headers, lengths, ACL. */
const OVERHEAD_BYTES = 128;

/**
 * @param chroot goes in front of every path on the wire
 * @throws ZkError naming the operation at fault
 */
export function checkMulti(ops: readonly ZkOp[], chroot = ''): void {
  const overhead = OVERHEAD_BYTES + Buffer.byteLength(chroot);
  let total = 0;
  for (const [index, op] of ops.entries()) {
    const context = { op: 'multi', path: op.path, index };
    total += overhead + checkWrite(op, context);
    if (total > MAX_MULTI_BYTES) {
      throw new ZkError('TOO_LARGE', { ...context, outcome: 'not-applied' });
    }
  }
}
