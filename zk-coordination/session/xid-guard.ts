import type { ConnectionManager } from './library';

/** Far enough from 2³¹ that everything in flight and in the queue still finds a number. */
export const XID_LIMIT = 2 ** 31 - 2 ** 16;

/**
 * Starts the request counter over before it leaves int32, where the library would throw. Replies
 * are matched in order with the number each request was sent under, so old and new do not mix.
 */
export function guardXid(manager: ConnectionManager): void {
  if (manager.xid >= XID_LIMIT) manager.xid = 1;
}
