import type { ZkCode } from '../zk-error';

/** The ensemble's "no" to a request, before a session turns it into a ZkError. */
export class Refusal extends Error {
  /** @param index of the operation within a write, counted from 0 */
  constructor(
    readonly code: ZkCode,
    readonly index = 0,
  ) {
    super(code);
  }
}
