import { errorCodes } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { ConnectionError } from './connection-error';
import { RequestTimeoutError } from './request-timeout-error';
import { actionFor, RetriesExhaustedError, retrying, type RetryCall } from './retry';
import { BackoffClock } from './testing/backoff-clock';

const endpoint = { host: 'h', port: 1 };

function call(more: Partial<RetryCall> = {}): RetryCall {
  const policy = {
    initialRetryTime: 100,
    maxRetryTime: 400,
    multiplier: 2,
    factor: 0,
    retries: Infinity,
  };
  return {
    what: 'Asking',
    policy,
    timeoutMs: 10_000,
    clock: new BackoffClock(),
    random: () => 0.5,
    ...more,
  };
}

const failing = (error: Error) => jest.fn(() => Promise.reject<void>(error));

test.each(errorCodes.filter(({ code }) => code !== 0).map(({ name }) => name))(
  '%s is repeated if and only if the table says so',
  async (name) => {
    const error = new ProtocolError(name);
    const operation = failing(error);
    const { policy } = call();
    await expect(
      retrying(operation, call({ policy: { ...policy, retries: 2 } })),
    ).rejects.toBeInstanceOf(error.retriable ? RetriesExhaustedError : ProtocolError);
    expect(operation).toHaveBeenCalledTimes(error.retriable ? 3 : 1);
    expect(actionFor(error)).toBe(error.action);
  },
);

test('connections that break and requests that time out are repeated', async () => {
  expect(actionFor(new ConnectionError(endpoint, 'gone.', { maybeSent: true }))).toBe('reconnect');
  expect(actionFor(new RequestTimeoutError(endpoint, 'Fetch', 5, true))).toBe('retry');
  expect(actionFor(new TypeError('x'))).toBe('fix-request');
});

test('waits grow to the longest one and end before the deadline', async () => {
  const clock = new BackoffClock();
  const times: number[] = [];
  const run = retrying(
    () => {
      times.push(clock.monotonic());
      return Promise.reject<void>(new ProtocolError('REQUEST_TIMED_OUT'));
    },
    call({ clock, timeoutMs: 1500 }),
  );
  await expect(run).rejects.toMatchObject({ attempts: 5, elapsedMs: 1100 });
  expect(times).toEqual([0, 100, 300, 700, 1100]);
});

test('what is needed before a repetition is done first, with the reason', async () => {
  const beforeRetry = jest.fn();
  let attempts = 0;
  const result = await retrying((attempt) => {
    attempts++;
    if (attempt === 0) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
    return Promise.resolve(attempt);
  }, call({ beforeRetry }));
  expect(result).toBe(1);
  expect(attempts).toBe(2);
  expect(beforeRetry).toHaveBeenCalledTimes(1);
  expect(beforeRetry).toHaveBeenCalledWith('refresh-metadata', expect.any(ProtocolError));
});

test('what takes long is told now and then, with the last error', async () => {
  const error = new ProtocolError('LEADER_NOT_AVAILABLE');
  const told: [unknown, number][] = [];
  const onSlow = (last: unknown, ms: number) => void told.push([last, ms]);
  await expect(retrying(failing(error), call({ onSlow }))).rejects.toThrow('Asking did not');
  expect(told).toEqual([
    [error, 3100],
    [error, 9100],
  ]);
  const quick = { ...call({ onSlow }), timeoutMs: 2900 };
  await expect(retrying(failing(error), quick)).rejects.toThrow('Asking did not');
  expect(told).toHaveLength(2);
});

test('the only attempt fails with its own error', async () => {
  const error = new ProtocolError('REQUEST_TIMED_OUT');
  await expect(retrying(failing(error), call({ timeoutMs: 50 }))).rejects.toBe(error);
});

test('an attempt that never ends is left at the deadline', async () => {
  const endless = () => new Promise<void>(() => undefined);
  const run = retrying(endless, call({ timeoutMs: 500 }));
  await expect(run).rejects.toThrow('Asking did not succeed in 520 ms and one attempt. No answer');
});
