import type { Clock } from '../../client/runtime/clock';
import type { SessionCredentials, SessionFactory } from '../session-contract';
import { ZkError } from '../zk-error';
import { withTimeout } from './with-timeout';

/** `closed` by us now, `gone` before, or `unreachable`: nobody answered, it may live on. */
export type CloseVerdict = 'closed' | 'gone' | 'unreachable';

/**
 * Takes up a session by its credentials only to close it: its ephemerals go at once, and a zombie
 * process that still holds it learns that it is dead (R10).
 */
export async function closeSession(
  factory: SessionFactory,
  credentials: SessionCredentials,
  timeoutMs: number,
  clock: Clock,
): Promise<CloseVerdict> {
  const session = factory.open(credentials);
  try {
    await withTimeout(
      session.connected(),
      timeoutMs,
      clock,
      () => new ZkError('NOT_CONNECTED', { op: 'close of the previous session' }),
    );
    await session.close();
    return 'closed';
  } catch (error) {
    const gone = session.state === 'expired' || ZkError.hasCode(error, 'SESSION_EXPIRED');
    await session.close();
    return gone ? 'gone' : 'unreachable';
  }
}
