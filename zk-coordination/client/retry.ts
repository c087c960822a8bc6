import { backoffMs, type BackoffOptions } from '../../client/runtime/backoff';
import { delay } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { ZkError } from '../zk-error';
import type { ZooKeeperClient } from './zookeeper-client';

export interface RetryOptions {
  /** How long to go on, in milliseconds, waiting for the connection included. Default 30 000. */
  timeoutMs?: number;
  /** Between attempts while connected. Default 50 ms growing to 1 s. */
  backoff?: BackoffOptions;
}

const DEFAULT_BACKOFF: BackoffOptions = { initialMs: 50, maxMs: 1_000, jitter: 0.5 };

/** Whether the same operation may succeed later, on this session or on the one that follows it. */
export function isRepeatable(error: unknown): error is ZkError {
  return error instanceof ZkError && (error.retriable || error.code === 'SESSION_EXPIRED');
}

/**
 * Repeats a read, or whatever else may harmlessly happen twice, until it succeeds, fails for good,
 * or time is up; then it rejects with the last failure that was not about being disconnected.
 * Outlives sessions: after an expiry it goes on with the next one, unless that one waits for a
 * border handler, which may be the caller.
 */
export async function retrying<T>(
  zk: ZooKeeperClient,
  once: () => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const deadline = zk.clock.monotonic() + (options.timeoutMs ?? 30_000);
  for (let attempt = 0; ; attempt++) {
    try {
      return await once();
    } catch (error) {
      if (!isRepeatable(error) || zk.state === 'closed') throw error;
      if (zk.state === 'expired' && zk.atBorder) throw error;
      const left = deadline - zk.clock.monotonic();
      if (left <= 0) throw error;
      if (zk.state === 'connected') {
        const pause = backoffMs(options.backoff ?? DEFAULT_BACKOFF, attempt, zk.random);
        await delay(Math.min(left, pause), zk.clock);
      } else {
        await waitConnected(zk, left).catch(() => {
          throw error;
        });
      }
    }
  }
}

async function waitConnected(zk: ZooKeeperClient, timeoutMs: number): Promise<void> {
  const expired = deferred();
  const check = () => {
    if (zk.state === 'expired' && zk.atBorder)
      expired.reject(new ZkError('SESSION_EXPIRED', { op: 'wait' }));
  };
  // The session may expire at a border, and the border begins after it has expired.
  const removals = [zk.onState(check), zk.onBorder(check)];
  try {
    await Promise.race([zk.waitConnected(timeoutMs), expired.promise]);
  } finally {
    for (const remove of removals) remove();
  }
}

/**
 * A write that happens exactly once although replies get lost (R6). When an attempt ends with its
 * outcome unknown, the ensemble is asked, after a sync, whether the write is there already.
 *
 * @param recognise finds the effect of an earlier attempt of this same write and returns what the
 *   write would have; `undefined` when it is not there
 * @param path any path of the write, to sync on
 * @throws ZkError with outcome `unknown` when time runs out before the ensemble could be asked
 */
export async function settledWrite<T>(
  zk: ZooKeeperClient,
  path: string,
  write: () => Promise<T>,
  recognise: () => Promise<T | undefined>,
  options?: RetryOptions,
): Promise<T> {
  let doubt: ZkError | undefined;
  const look = async (): Promise<T | undefined> => {
    await zk.sync(path);
    return recognise();
  };
  try {
    return await retrying(
      zk,
      async () => {
        const earlier = doubt && (await look());
        if (earlier !== undefined) return earlier;
        try {
          return await write();
        } catch (error) {
          if (isRepeatable(error) && error.outcome !== 'not-applied') doubt = error;
          // The refusal may be of our own making: the first attempt went through after all.
          const late = doubt && !isRepeatable(error) ? await look() : undefined;
          if (late !== undefined) return late;
          throw error;
        }
      },
      options,
    );
  } catch (error) {
    throw doubt && isRepeatable(error) ? doubt : error;
  }
}
