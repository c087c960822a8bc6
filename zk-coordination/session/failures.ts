import { ZK_CODES, ZkError, zkCodeOf, type Outcome, type ZkErrorContext } from '../zk-error';
import { NeverSentError } from './packet-queue';
import { DeadlineError, WindowFullError } from './request-window';

/** Numbers by which the ensemble says that it did nothing, besides the semantic ones. */
const REFUSED = new Set<string>([
  'NO_AUTH',
  'INVALID_ACL',
  'BAD_ARGUMENTS',
  'UNIMPLEMENTED',
  'QUOTA_EXCEEDED',
  'THROTTLED_OP',
  'SESSION_MOVED',
]);

/** The error for a number out of a reply. */
export function answeredError(number: number, context: ZkErrorContext): ZkError {
  const code = zkCodeOf(number);
  const refused = ZK_CODES[code].kind === 'semantic' || REFUSED.has(code);
  const outcome: Outcome = refused ? 'not-applied' : 'unknown';
  return new ZkError(code, { ...context, outcome, number });
}

/**
 * The error for what the library or the window reported.
 *
 * @param answered the server replied, as opposed to the connection going away
 */
export function failure(error: Error, answered: boolean, context: ZkErrorContext): ZkError {
  if (error instanceof NeverSentError) {
    return new ZkError('NOT_CONNECTED', { ...context, outcome: 'not-applied', cause: error });
  }
  if (error instanceof WindowFullError) {
    return new ZkError('THROTTLED_OP', { ...context, outcome: 'not-applied', cause: error });
  }
  if (error instanceof DeadlineError) {
    const outcome: Outcome = error.sent ? 'unknown' : 'not-applied';
    return new ZkError('OPERATION_TIMEOUT', { ...context, outcome, cause: error });
  }
  const { code } = error as { code?: unknown };
  const number = typeof code === 'number' ? code : 0;
  if (answered) return answeredError(number, context);
  return new ZkError(zkCodeOf(number), { ...context, outcome: 'unknown', number });
}
